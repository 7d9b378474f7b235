package dev.espalier.train.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.dataset.ArrayDataset;
import ai.djl.training.dataset.RandomAccessDataset;
import ai.djl.training.dataset.Record;
import ai.djl.translate.Pipeline;
import ai.djl.translate.TranslateException;
import ai.djl.util.Progress;
import dev.espalier.core.DataException;
import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.data.Augmentation;
import dev.espalier.core.data.Batch;
import dev.espalier.core.data.BatchStream;
import dev.espalier.core.data.Batching;
import dev.espalier.core.data.DataSplits;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.PassRun;
import dev.espalier.core.recipe.Options;
import dev.espalier.runtime.OrtRunner;
import dev.espalier.train.Trainer;
import dev.espalier.train.internal.torch.TorchModule;
import dev.espalier.train.loss.CrossEntropy;
import dev.espalier.train.loss.TargetDifference;
import dev.espalier.train.regime.AugmentationSettings;
import dev.espalier.train.regime.Regime;
import dev.espalier.train.run.TrainingPlan;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DjlDatasetTest {
    private static final int EXAMPLES = 60;

    private static final Model CLASSIFIER =
            GraphText.parse(
                    """
                    graph (x: float[N,3]) -> (y: float[N,3])
                    w: float[3,3] = fill(0)
                    y = Gemm(x, w)
                    """);

    private static final Model REGRESSION =
            GraphText.parse(
                    """
                    graph (x: float[N,3]) -> (y)
                    w: float[3,1] = fill(0)
                    y = Gemm(x, w)
                    """);

    private final NDManager manager = TorchModule.engine().newBaseManager();

    @AfterEach
    void close() {
        manager.close();
    }

    /** Example i is 1 at i modulo 3, and i / 100 elsewhere. */
    private ArrayDataset.Builder examples() {
        float[] x = new float[EXAMPLES * 3];
        for (int i = 0; i < EXAMPLES; i++) {
            for (int k = 0; k < 3; k++) {
                x[i * 3 + k] = k == i % 3 ? 1 : i / 100f;
            }
        }
        return new ArrayDataset.Builder()
                .setData(manager.create(x, new Shape(EXAMPLES, 3)))
                .setSampling(16, false);
    }

    private ArrayDataset classes(DataType type) {
        int[] labels = new int[EXAMPLES];
        for (int i = 0; i < EXAMPLES; i++) {
            labels[i] = i % 3;
        }
        return examples().optLabels(manager.create(labels).toType(type, false)).build();
    }

    /** Twice the first feature, less the last. */
    private ArrayDataset targets(Shape shape) {
        float[] targets = new float[EXAMPLES];
        for (int i = 0; i < EXAMPLES; i++) {
            targets[i] = 2 * (i % 3 == 0 ? 1 : i / 100f) - (i % 3 == 2 ? 1 : i / 100f);
        }
        return examples().optLabels(manager.create(targets, shape)).build();
    }

    @Test
    void readsExamplesByIndexUnderTheModelsInputName() {
        for (DataType type : new DataType[] {DataType.INT64, DataType.INT32, DataType.FLOAT32}) {
            DjlDataset data = DjlDataset.classification(classes(type), CLASSIFIER);
            assertThat(data.size()).isEqualTo(EXAMPLES);
            assertThat(data.classes()).isEqualTo(3);
            assertThat(data.targetShape()).isEmpty();
            assertThat(data.sampleTypes()).hasToString("{x=float[3]}");
            Batch batch = data.batch(new int[] {50, 1, 3});
            assertThat(batch.labels()).containsExactly(2, 1, 0);
            assertThat(batch.inputs().get("x").toFloats())
                    .containsExactly(.5f, .5f, 1, .01f, 1, .01f, 1, .03f, .03f);
            assertThat(data.batch(new int[] {4, 5}).labels()).containsExactly(1, 2);
        }
    }

    @Test
    void aLabelOfOneNumberIsTheTargetOfOneOutput() {
        for (Shape shape : new Shape[] {new Shape(EXAMPLES), new Shape(EXAMPLES, 1)}) {
            DjlDataset data = DjlDataset.regression(targets(shape), REGRESSION);
            assertThat(data.classes()).isZero();
            assertThat(data.targetShape()).contains(dev.espalier.core.ir.Shape.of(1));
            Tensor found = data.batch(new int[] {3, 2}).targets().orElseThrow();
            assertThat(found)
                    .isEqualTo(
                            Tensor.ofFloats(
                                    dev.espalier.core.ir.Shape.of(2, 1),
                                    2 - 3 / 100f,
                                    2 * (2 / 100f) - 1));
        }
    }

    @Test
    void transformsAreTheDatasets() {
        ArrayDataset doubled =
                examples()
                        .optLabels(manager.zeros(new Shape(EXAMPLES), DataType.INT64))
                        .optPipeline(new Pipeline().add(array -> array.mul(2)))
                        .build();
        DjlDataset data = DjlDataset.classification(doubled, CLASSIFIER);
        assertThat(data.batch(new int[] {1}).inputs().get("x").toFloats())
                .containsExactly(.02f, 2, .02f);
    }

    /** Images that DJL gives as views with other strides. */
    private static final class Turned extends RandomAccessDataset {
        private final List<NDManager> managers = new ArrayList<>();
        private boolean broken;

        Turned(Builder builder) {
            super(builder);
        }

        static final class Builder extends BaseBuilder<Builder> {
            @Override
            protected Builder self() {
                return this;
            }
        }

        @Override
        public Record get(NDManager manager, long index) throws IOException {
            if (broken) {
                throw new IOException("the disk is gone");
            }
            managers.add(manager);
            var image = manager.arange(6f).reshape(2, 3).add(index).transpose();
            return new Record(new NDList(image), new NDList(manager.create(index % 2)));
        }

        @Override
        protected long availableSize() {
            return 4;
        }

        @Override
        public void prepare(Progress progress) {}
    }

    private static final Model IMAGES =
            GraphText.parse(
                    """
                    graph (image: float[N,3,2]) -> (y)
                    w: float[6,2] = fill(1)
                    f = Flatten(image)
                    y = Gemm(f, w)
                    """);

    private static Turned turned() {
        return new Turned(new Turned.Builder().setSampling(2, true));
    }

    @Test
    void anyRandomAccessDatasetIsRead() {
        DjlDataset data = DjlDataset.classification(turned(), IMAGES);
        Batch batch = data.batch(new int[] {3, 0});
        assertThat(batch.labels()).containsExactly(1, 0);
        assertThat(batch.inputs().get("image").toFloats())
                .containsExactly(3, 6, 4, 7, 5, 8, 0, 3, 1, 4, 2, 5);
    }

    /** The same examples, but only to be walked through. */
    private static ai.djl.training.dataset.Dataset walked(
            ArrayDataset dataset, List<NDManager> managers) {
        return new ai.djl.training.dataset.Dataset() {
            @Override
            public Iterable<ai.djl.training.dataset.Batch> getData(NDManager manager)
                    throws IOException, TranslateException {
                managers.add(manager);
                return dataset.getData(manager);
            }

            @Override
            public void prepare(Progress progress) {}
        };
    }

    @Test
    void aDatasetWithoutAnIndexIsKeptInMemory() {
        ArrayDataset indexed = classes(DataType.INT64);
        DjlDataset data = DjlDataset.classification(walked(indexed, new ArrayList<>()), CLASSIFIER);
        DjlDataset same = DjlDataset.classification(indexed, CLASSIFIER);
        assertThat(data.size()).isEqualTo(EXAMPLES);
        int[] indices = {59, 0, 16, 15};
        assertThat(data.batch(indices).inputs()).isEqualTo(same.batch(indices).inputs());
        assertThat(data.batch(indices).labels()).isEqualTo(same.batch(indices).labels());
        assertThatThrownBy(() -> DjlMemory.read(walked(indexed, new ArrayList<>()), 1000))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("more than the 1000 bytes")
                .hasMessageContaining("RandomAccessDataset");
    }

    @Test
    void leavesNothingInDjlsMemory() {
        DjlDataset data = DjlDataset.classification(classes(DataType.INT64), CLASSIFIER);
        int before = manager.getManagedArrays().size();
        data.batch(new int[] {1, 2, 3});
        data.batch(new int[] {7, 3});
        assertThat(manager.getManagedArrays()).hasSize(before);

        Turned turned = turned();
        DjlDataset.unlabelled(turned, IMAGES).batch(new int[] {3, 0});
        assertThat(turned.managers).hasSize(3).noneMatch(NDManager::isOpen);

        List<NDManager> walking = new ArrayList<>();
        DjlMemory.read(walked(classes(DataType.INT64), walking), 1000000);
        assertThat(walking).hasSize(1).noneMatch(NDManager::isOpen);
    }

    @Test
    void saysWhyItCannotBeRead() {
        Turned turned = turned();
        DjlDataset data = DjlDataset.classification(turned, IMAGES);
        turned.broken = true;
        assertThatThrownBy(() -> data.batch(new int[] {1}))
                .isInstanceOf(DataException.class)
                .hasMessage("the DJL dataset cannot be read: the disk is gone");
    }

    @Test
    void manyThreadsReadTheSame() {
        DjlDataset data = DjlDataset.classification(classes(DataType.INT64), CLASSIFIER);
        Batching batching = Batching.training(10, Augmentation.NONE, 3);
        for (int epoch = 0; epoch < 5; epoch++) {
            try (BatchStream many = BatchStream.open(data, batching, epoch, 8);
                    BatchStream one = BatchStream.open(data, batching, epoch, 1)) {
                while (one.hasNext()) {
                    Batch expected = one.next();
                    Batch found = many.next();
                    assertThat(found.inputs()).isEqualTo(expected.inputs());
                    assertThat(found.labels()).isEqualTo(expected.labels());
                }
            }
        }
    }

    private static PassContext context(Model model, DjlDataset data) {
        return PassContext.of(model)
                .withData(DataSplits.of(data, data))
                .withRunner(new OrtRunner());
    }

    private static double last(PassContext context, String curve) {
        return context.readings().stream()
                .filter(reading -> reading.curve().equals(curve))
                .mapToDouble(PassRun.Reading::value)
                .reduce((first, second) -> second)
                .orElseThrow();
    }

    @Test
    void trainsAClassifier() {
        DjlDataset data = DjlDataset.classification(classes(DataType.INT64), CLASSIFIER);
        PassContext context = context(CLASSIFIER, data);
        Regime regime =
                Options.defaults(Regime.class)
                        .withBatch(20)
                        .withAugmentation(AugmentationSettings.NONE);
        new Trainer(new TrainingPlan(5, 0.1, regime), new CrossEntropy(0), context)
                .train(CLASSIFIER);
        assertThat(last(context, "validation top-1")).isEqualTo(1);
    }

    @Test
    void trainsARegression() {
        DjlDataset data = DjlDataset.regression(targets(new Shape(EXAMPLES)), REGRESSION);
        PassContext context = context(REGRESSION, data);
        Regime regime =
                Options.defaults(Regime.class)
                        .withBatch(20)
                        .withAugmentation(AugmentationSettings.NONE);
        new Trainer(new TrainingPlan(40, 0.1, regime), new TargetDifference(true), context)
                .train(REGRESSION);
        assertThat(last(context, "validation root mean squared error")).isLessThan(0.1);
    }

    @Test
    void refusesWhatDoesNotFit() {
        ArrayDataset good = classes(DataType.INT64);
        DjlDataset data = DjlDataset.classification(good, CLASSIFIER);
        assertThatThrownBy(() -> data.batch(new int[] {0}, new Augmentation(4, true), 1))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("AugmentationSettings.NONE");
        refused(examples().build(), CLASSIFIER, "gives 0 label arrays, expected 1");
        refused(
                examples().optLabels(manager.full(new Shape(EXAMPLES), 3f)).build(),
                CLASSIFIER,
                "the label 3.0, expected a class number from 0 to 2");
        refused(
                examples().optLabels(manager.full(new Shape(EXAMPLES), 0.5f)).build(),
                CLASSIFIER,
                "the label 0.5");
        refused(
                examples().optLabels(manager.ones(new Shape(EXAMPLES, 3))).build(),
                CLASSIFIER,
                "expected one class number for each");
        refused(
                good,
                GraphText.parse("graph (x: int64[N,3]) -> (y)\ny = Identity(x)\n"),
                "input 'x' takes int64[N,3], the DJL dataset gives float[1,3]");
        refused(
                good,
                GraphText.parse("graph (a: float[N,3], b: float[N,3]) -> (y)\ny = Add(a, b)\n"),
                "gives 1 data arrays, the model takes 2 inputs: [a, b]");
        assertThatThrownBy(
                        () ->
                                DjlDataset.classification(
                                        good,
                                        GraphText.parse(
                                                """
                                                graph (x: float[N,3]) -> (y)
                                                s: int64[1] = [-1]
                                                y = Reshape(x, s)
                                                """)))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("expected class scores [1, K]");
        assertThatThrownBy(() -> DjlDataset.regression(good, CLASSIFIER))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("both must have as many elements");
    }

    private static void refused(ArrayDataset dataset, Model model, String message) {
        assertThatThrownBy(() -> DjlDataset.classification(dataset, model))
                .isInstanceOf(DataException.class)
                .hasMessageContaining(message);
    }

    @Test
    void examplesWithoutLabelsHaveInputsAlone() {
        DjlDataset data = DjlDataset.unlabelled(examples().build(), CLASSIFIER);
        assertThat(data.classes()).isZero();
        assertThat(data.batch(new int[] {1}).labels()).containsExactly(-1);
        assertThat(List.copyOf(data.sampleTypes().keySet())).containsExactly("x");
    }
}
