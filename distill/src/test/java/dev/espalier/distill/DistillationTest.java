package dev.espalier.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.DataException;
import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.data.Augmentation;
import dev.espalier.core.data.Batch;
import dev.espalier.core.data.DataSplits;
import dev.espalier.core.data.Dataset;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.pass.PassCatalog;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.recipe.Options;
import dev.espalier.runtime.OrtRunner;
import dev.espalier.train.regime.AugmentationSettings;
import dev.espalier.train.regime.MixingSettings;
import dev.espalier.train.regime.OptimizerSettings;
import dev.espalier.train.regime.Precision;
import dev.espalier.train.regime.ProgramSettings;
import dev.espalier.train.regime.Regime;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class DistillationTest {
    private static final String TEACHER =
            """
            graph (x: float[N,6]) -> (logits: float[N,3])
            w1: float[8,6] = seed(1)
            b1: float[8] = seed(2)
            w2: float[3,8] = seed(3)
            h = Gemm(x, w1, b1) {transB=1}
            r = Relu(h)
            logits = Gemm(r, w2) {transB=1}
            """;

    private static final String STUDENT =
            TEACHER.replace("float[8", "float[6")
                    .replace("[3,8]", "[3,6]")
                    .replace("seed(", "seed(4");

    /** Random points whose labels say nothing: class 0 always, or none at all. */
    private record Points(int size, long seed, int classes) implements Dataset {
        Points(int size, long seed) {
            this(size, seed, 3);
        }

        @Override
        public Map<String, TensorType> sampleTypes() {
            return Map.of("x", new TensorType(DataType.FLOAT, Shape.of(6)));
        }

        @Override
        public Batch batch(int[] indices, Augmentation augmentation, long unused) {
            float[] values = new float[indices.length * 6];
            for (int i = 0; i < indices.length; i++) {
                SplittableRandom random = new SplittableRandom(seed * 7919 + indices[i]);
                for (int k = 0; k < 6; k++) {
                    values[6 * i + k] = (float) random.nextDouble(-2, 2);
                }
            }
            int[] labels = new int[indices.length];
            Arrays.fill(labels, classes == 0 ? -1 : 0);
            return new Batch(
                    Map.of("x", Tensor.ofFloats(Shape.of(indices.length, 6), values)), labels);
        }
    }

    private static Distillation pass(double weight) {
        return pass(
                Options.defaults(DistillationLoss.class).withLabels(1 - weight).withKl(weight),
                "original");
    }

    private static Distillation pass(DistillationLoss loss, String... teachers) {
        return Options.defaults(Distillation.class)
                .withEpochs(8)
                .withLearningRate(loss.scores() > 0 ? 0.03 : 0.1)
                .withLoss(loss)
                .withTeachers(List.of(teachers))
                .withRegime(
                        Options.defaults(Regime.class)
                                .withBatch(32)
                                .withOptimizer(OptimizerSettings.sgd(0.9, 0))
                                .withAugmentation(AugmentationSettings.NONE)
                                .withProgram(new ProgramSettings(Precision.FLOAT32, true)));
    }

    private static PassContext context(Model original) {
        Points held = new Points(200, 2);
        return PassContext.of(original)
                .withRunner(new OrtRunner())
                .withData(new DataSplits(new Points(512, 1), held, held, held));
    }

    private static PassContext unlabelled(Model original) {
        Points held = new Points(200, 2, 0);
        return PassContext.of(original)
                .withRunner(new OrtRunner())
                .withData(new DataSplits(new Points(512, 1, 0), held, held, held));
    }

    private static DistillationLoss scores(double weight) {
        return Options.defaults(DistillationLoss.class).withScores(weight).withLabels(0).withKl(0);
    }

    /** Share of held-out points on which two networks name the same class. */
    private static double agreement(Model a, Model b) {
        int[] all = java.util.stream.IntStream.range(0, 200).toArray();
        Map<String, Tensor> feeds = new Points(200, 3).batch(all).inputs();
        try (var first = new OrtRunner().open(a);
                var second = new OrtRunner().open(b)) {
            float[] x = first.run(feeds).get("logits").toFloats();
            float[] y = second.run(feeds).get("logits").toFloats();
            int same = 0;
            for (int i = 0; i < 200; i++) {
                same += highest(x, 3 * i) == highest(y, 3 * i) ? 1 : 0;
            }
            return same / 200.0;
        }
    }

    private static int highest(float[] scores, int from) {
        int best = 0;
        for (int i = 1; i < 3; i++) {
            best = scores[from + i] > scores[from + best] ? i : best;
        }
        return best;
    }

    @Test
    void theStudentLearnsTheTeachersAnswersNotTheLabels() {
        Model teacher = GraphText.parse(TEACHER);
        Model student = GraphText.parse(STUDENT);
        Model taught = pass(1).apply(student, context(teacher));
        assertThat(agreement(teacher, taught)).isGreaterThan(0.85);
        assertThat(agreement(teacher, student)).isLessThan(0.7);
    }

    @Test
    void withoutTheTeachersWeightItLearnsTheLabels() {
        Model teacher = GraphText.parse(TEACHER);
        PassContext context = context(teacher);
        pass(0).apply(GraphText.parse(STUDENT), context);
        assertThat(context.notes()).anySatisfy(note -> assertThat(note).endsWith("100.00 %"));
    }

    @Test
    void theTeacherMayBeTheModelItself() {
        Model teacher = GraphText.parse(TEACHER);
        Model taught = pass(1).apply(teacher, context(teacher));
        assertThat(taught).isNotSameAs(teacher);
        assertThat(agreement(teacher, taught)).isGreaterThan(0.97);
    }

    @Test
    void refusesATeacherOfOtherClasses() {
        Model teacher =
                GraphText.parse(TEACHER.replace("[3,8]", "[4,8]").replace("[N,3]", "[N,4]"));
        assertThatThrownBy(() -> pass(1).apply(GraphText.parse(STUDENT), context(teacher)))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("the same classes");
    }

    @Test
    void refusesATeacherOfOtherInputs() {
        Model teacher = GraphText.parse(TEACHER.replace("x: ", "z: ").replace("Gemm(x", "Gemm(z"));
        assertThatThrownBy(() -> pass(1).apply(GraphText.parse(STUDENT), context(teacher)))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("[z]");
    }

    @Test
    void withoutLabelsItLearnsFromTheTeacherAlone() {
        Model teacher = GraphText.parse(TEACHER);
        PassContext context = unlabelled(teacher);
        Model taught = pass(1).apply(GraphText.parse(STUDENT), context);
        assertThat(agreement(teacher, taught)).isGreaterThan(0.85);
        assertThat(context.notes())
                .anySatisfy(
                        note ->
                                assertThat(note)
                                        .startsWith("agreement with the teacher on the validation")
                                        .endsWith(" %"));
        assertThat(context.notes()).noneSatisfy(note -> assertThat(note).contains("top-1"));
    }

    @Test
    void learnsWithoutLabelsFromMixtures() {
        Model teacher = GraphText.parse(TEACHER);
        Distillation plain = pass(1);
        AugmentationSettings mixup = AugmentationSettings.NONE.withMixing(new MixingSettings(1, 0));
        Distillation mixing = plain.withRegime(plain.regime().withAugmentation(mixup));
        Model taught = mixing.apply(GraphText.parse(STUDENT), unlabelled(teacher));
        assertThat(agreement(teacher, taught)).isGreaterThan(0.85);
        assertThat(taught).isNotEqualTo(plain.apply(GraphText.parse(STUDENT), unlabelled(teacher)));
    }

    @Test
    void refusesTermsOnLabelsThatExamplesLack() {
        Model teacher = GraphText.parse(TEACHER);
        assertThatThrownBy(
                        () ->
                                pass(Options.defaults(DistillationLoss.class), "original")
                                        .apply(GraphText.parse(STUDENT), unlabelled(teacher)))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("set loss: {labels: 0}");
    }

    @Test
    void learnsAllOutputsOfNetworksThatAreNoClassifiers() {
        String two = TEACHER.replace("logits: float[N,3])", "logits: float[N,3], h: float[N,8])");
        Model teacher = GraphText.parse(two);
        Model student = GraphText.parse(two.replace("seed(1)", "seed(41)"));
        Model taught = pass(scores(1), "original").apply(student, unlabelled(teacher));
        assertThat(distance(teacher, taught, "logits"))
                .isLessThan(distance(teacher, student, "logits") / 2);
        assertThat(distance(teacher, taught, "h")).isLessThan(distance(teacher, student, "h") / 2);
    }

    private static double distance(Model a, Model b, String output) {
        int[] all = java.util.stream.IntStream.range(0, 200).toArray();
        Map<String, Tensor> feeds = new Points(200, 3).batch(all).inputs();
        try (var first = new OrtRunner().open(a);
                var second = new OrtRunner().open(b)) {
            float[] x = first.run(feeds).get(output).toFloats();
            float[] y = second.run(feeds).get(output).toFloats();
            double sum = 0;
            for (int i = 0; i < x.length; i++) {
                sum += (x[i] - y[i]) * (x[i] - y[i]);
            }
            return sum;
        }
    }

    @Test
    void learnsFromANetworkOfAnotherFile() {
        Model foreign =
                GraphText.parse(
                        TEACHER.replace("x: ", "z: ")
                                .replace("Gemm(x", "Gemm(z")
                                .replace("logits", "scores"));
        Model student = GraphText.parse(STUDENT);
        PassContext context = context(student).withModels(Map.of("foreign.onnx", foreign)::get);
        Distillation pass =
                pass(
                        Options.defaults(DistillationLoss.class).withLabels(0).withKl(1),
                        "foreign.onnx");
        assertThat(pass.models()).containsExactly("foreign.onnx");
        Model taught = pass.apply(student, context);
        assertThat(agreement(GraphText.parse(TEACHER), taught)).isGreaterThan(0.85);
    }

    @Test
    void namesItsTeachersAsTheyWereFound() {
        Distillation pass =
                pass(Options.defaults(DistillationLoss.class), "a.onnx", "original", "b.onnx");
        Distillation found = pass.withModels(List.of("/models/a.onnx", "/models/b.onnx"));
        assertThat(found.teachers())
                .containsExactly("/models/a.onnx", "original", "/models/b.onnx");
    }

    @Test
    void refusesATeacherOfAFixedBatch() {
        Model fixed = GraphText.parse(TEACHER.replace("[N,", "[1,"));
        assertThatThrownBy(() -> pass(1).apply(GraphText.parse(STUDENT), context(fixed)))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("float[1,6] as 'x'");
    }

    @Test
    void refusesATeacherFileOfOtherClasses() {
        Model other = GraphText.parse(TEACHER.replace("[3,8]", "[4,8]").replace("[N,3]", "[N,4]"));
        Model student = GraphText.parse(STUDENT);
        PassContext context = context(student).withModels(Map.of("other.onnx", other)::get);
        Distillation pass =
                pass(Options.defaults(DistillationLoss.class), "original", "other.onnx");
        assertThatThrownBy(() -> pass.apply(student, context))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining(
                        "the teacher other.onnx has [2,4] as output 1, this one [2,3]");
    }

    @Test
    void refusesSoftTargetsOfNetworksThatAreNoClassifiers() {
        Model map =
                GraphText.parse(
                        "graph (x: float[N,6]) -> (y: float[N,2,3])\n"
                                + "w: float[6,6] = seed(1)\ns: int64[3] = [0, 2, 3]\nh = Gemm(x, w)\ny = Reshape(h, s)\n");
        assertThatThrownBy(() -> pass(1).apply(map, unlabelled(map)))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("which scores alone can teach");
        assertThat(pass(scores(1), "original").apply(map, unlabelled(map))).isNotNull();
    }

    @Test
    void refusesStepsOfMoreExamplesThanThereAre() {
        Model teacher = GraphText.parse(TEACHER);
        Points few = new Points(31, 1);
        PassContext context =
                PassContext.of(teacher)
                        .withRunner(new OrtRunner())
                        .withData(new DataSplits(few, few, few, few));
        assertThatThrownBy(() -> pass(1).apply(teacher, context))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("a step takes 32 examples, and the training split has 31");
    }

    @Test
    void needsATeacherAndSomethingToLearn() {
        assertThatThrownBy(() -> pass(Options.defaults(DistillationLoss.class)))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("teachers is empty");
        assertThatThrownBy(() -> scores(0))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("nothing would be learnt");
    }

    @Test
    void needsData() {
        Model model = GraphText.parse(TEACHER);
        assertThat(pass(1).needsData()).isTrue();
        assertThatThrownBy(() -> pass(1).apply(model, PassContext.of(model)))
                .isInstanceOf(InvalidOptionException.class);
    }

    @Test
    void theCatalogueListsIt() {
        assertThat(ServiceLoader.load(PassCatalog.class))
                .anySatisfy(catalog -> assertThat(catalog.passes()).contains(Distillation.class));
    }
}
