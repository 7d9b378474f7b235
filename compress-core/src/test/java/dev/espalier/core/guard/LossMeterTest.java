package dev.espalier.core.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.data.Augmentation;
import dev.espalier.core.data.Batch;
import dev.espalier.core.data.DataSplits;
import dev.espalier.core.data.Dataset;
import dev.espalier.core.data.ModelRunner;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.pass.PassContext;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LossMeterTest {
    private static final Model MODEL =
            GraphText.parse("graph (x: float[N,2]) -> (y: float[N,2])\ny = Identity(x)\n");

    /** Another model, told from the first by its metadata. */
    private static Model wrongEvery(int examples) {
        return MODEL.withMetadata("wrong-every", Integer.toString(examples));
    }

    /** Example i is [i, 0] or [0, i], by its class. */
    private record Numbered(int size, boolean isLabelled) implements Dataset {
        @Override
        public int classes() {
            return isLabelled ? 2 : 0;
        }

        @Override
        public Map<String, TensorType> sampleTypes() {
            return Map.of("x", new TensorType(DataType.FLOAT, Shape.of(2)));
        }

        @Override
        public Batch batch(int[] indices, Augmentation augmentation, long seed) {
            float[] values = new float[2 * indices.length];
            int[] labels = new int[indices.length];
            for (int n = 0; n < indices.length; n++) {
                int label = indices[n] % 2;
                values[2 * n + label] = indices[n] + 1;
                labels[n] = isLabelled ? label : -1;
            }
            return new Batch(
                    Map.of("x", Tensor.ofFloats(Shape.of(indices.length, 2), values)), labels);
        }
    }

    /** Gives what it is given, the two scores swapped of the examples that the model names. */
    private static ModelRunner.Session open(Model model) {
        int from = Integer.parseInt(model.metadata().getOrDefault("wrong-from", "1000000"));
        int every = Integer.parseInt(model.metadata().getOrDefault("wrong-every", "1000000"));
        return new ModelRunner.Session() {
            @Override
            public Map<String, Tensor> run(Map<String, Tensor> inputs) {
                float[] x = inputs.get("x").toFloats();
                for (int n = 0; n < x.length / 2; n++) {
                    int example = (int) Math.max(x[2 * n], x[2 * n + 1]) - 1;
                    if (example >= from || example % every == every - 1) {
                        float swapped = x[2 * n];
                        x[2 * n] = x[2 * n + 1];
                        x[2 * n + 1] = swapped;
                    }
                }
                return Map.of("y", Tensor.ofFloats(inputs.get("x").shape(), x));
            }

            @Override
            public void close() {}
        };
    }

    static PassContext context(int size, boolean isLabelled) {
        Dataset data = new Numbered(size, isLabelled);
        return PassContext.of(MODEL)
                .withData(DataSplits.of(data, data))
                .withRunner((model, values) -> open(model));
    }

    @Test
    void countsOnAllExamplesWhereTheMarginAsksForThem() {
        LossMeter meter = new LossMeter(MODEL, 5000, context(2000, true));
        Loss loss = meter.of(wrongEvery(200), new LossBound(0.5, 2));
        assertThat(loss).isEqualTo(new Loss(2000, 2000, 10, 0, 10));
        assertThat(meter.examples()).isEqualTo(2000);
    }

    @Test
    void stopsWhereTheVerdictIsClear() {
        LossMeter meter = new LossMeter(MODEL, 5000, context(5000, true));
        assertThat(meter.of(wrongEvery(1), new LossBound(0.5, 2)).examples()).isEqualTo(512);
        assertThat(meter.of(MODEL, new LossBound(0.5, 2)).examples()).isEqualTo(768);
        assertThat(meter.of(wrongEvery(500), new LossBound(0.1, 5)).examples()).isEqualTo(5000);
    }

    @Test
    void looksAtNoMoreThanItMay() {
        LossMeter meter = new LossMeter(MODEL, 100, context(2000, true));
        assertThat(meter.of(MODEL, new LossBound(0.5, 2)).examples()).isEqualTo(100);
    }

    @Test
    void withoutLabelsItCountsAnswersThatChange() {
        LossMeter meter = new LossMeter(MODEL, 5000, context(1000, false));
        Loss loss = meter.of(wrongEvery(33), new LossBound(0.5, 3.5));
        assertThat(loss).isEqualTo(new Loss(1000, 0, 0, 0, 30));
    }

    @Test
    void saysWhatIsMissing() {
        assertThatThrownBy(() -> new LossMeter(MODEL, 10, PassContext.of(MODEL)))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("there is no data");
        assertThatThrownBy(() -> new LossMeter(MODEL, 10, context(0, true)))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("'validation' in the data block");
        Model map = GraphText.parse("graph (x: float[N,2,4]) -> (y: float[N,2,4])\ny = Sin(x)\n");
        assertThat(LossMeter.obstacle(map, context(10, false)))
                .hasValueSatisfying(text -> assertThat(text).contains("no labels"));
        assertThat(LossMeter.obstacle(map, context(10, true))).isEmpty();
    }

    @Test
    void aGuardThatCanNeverBeToldIsRefused() {
        AccuracyGuard guard = new AccuracyGuard(new LossBound(0.5, 2), 5000);
        assertThatThrownBy(() -> guard.check(MODEL, context(100, true)))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("100 validation examples, of which one is 1.0 %");
        guard.check(MODEL, context(200, true));
    }
}
