package dev.espalier.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.core.DataException;
import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.data.Dataset;
import dev.espalier.core.ir.Attributes;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Value;
import dev.espalier.core.onnx.OnnxWriter;
import dev.espalier.core.pass.Progress;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EvaluationTest {
    private static final SessionSettings ONE = SessionSettings.DEFAULT.withThreads(1);
    private static final Shape OPEN = Shape.of(List.of(new Dim.Symbolic("N"), Dim.of(6)));

    /** Six classes; the label's ranks are 0, 1, 5 and, by a tie that it loses, 1. */
    private static final Dataset FOUR =
            new Rows(
                    new float[][] {
                        {9, 1, 2, 3, 4, 5},
                        {9, 1, 2, 3, 4, 5},
                        {9, 1, 2, 3, 4, 5},
                        {7, 7, 2, 3, 4, 5}
                    },
                    new int[] {0, 5, 1, 1},
                    6);

    private static Evaluation evaluate(Model model, Dataset data) {
        return Evaluation.of(model, data, ONE, Progress.SILENT);
    }

    private static Model through(Shape shape, String... operators) {
        Value x = SmallModels.value("x", DataType.FLOAT, shape);
        Node[] nodes = new Node[operators.length];
        for (int i = 0; i < nodes.length; i++) {
            String out = i == nodes.length - 1 ? "y" : "v" + i;
            nodes[i] =
                    Node.of(
                            "n" + i,
                            operators[i],
                            List.of(i == 0 ? "x" : "v" + (i - 1)),
                            List.of(out),
                            Attributes.NONE);
        }
        return SmallModels.of(
                List.of(x),
                List.of(SmallModels.value("y", DataType.FLOAT, shape)),
                List.of(),
                nodes);
    }

    @Test
    void countsRanksWithTiesGoingToTheLowerClass() {
        Evaluation evaluation = evaluate(through(OPEN, "Identity"), FOUR);
        assertThat(evaluation.samples()).isEqualTo(4);
        assertThat(evaluation.top1()).isEqualTo(0.25);
        assertThat(evaluation.top5()).isEqualTo(0.75);
        assertThat(evaluation.metrics().keySet()).containsExactly("top1", "top5", "loss");
    }

    @Test
    void computesTheMeanCrossEntropyOfLogits() {
        double first =
                Math.log(
                        Math.exp(9)
                                + Math.exp(1)
                                + Math.exp(2)
                                + Math.exp(3)
                                + Math.exp(4)
                                + Math.exp(5));
        double fourth =
                Math.log(2 * Math.exp(7) + Math.exp(2) + Math.exp(3) + Math.exp(4) + Math.exp(5));
        double expected = ((first - 9) + (first - 5) + (first - 1) + (fourth - 7)) / 4;
        assertThat(evaluate(through(OPEN, "Identity"), FOUR).loss())
                .isCloseTo(expected, within(1e-6));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Softmax", "Softmax Identity", "LogSoftmax"})
    void givesTheSameLossForProbabilities(String operators) {
        double logits = evaluate(through(OPEN, "Identity"), FOUR).loss();
        Model model = through(OPEN, operators.split(" "));
        assertThat(evaluate(model, FOUR).loss()).isCloseTo(logits, within(1e-5));
    }

    @Test
    void takesOnlyASoftmaxAtTheEndForProbabilities() {
        Model model = through(OPEN, "Softmax", "Relu");
        assertThat(Evaluation.isSoftmax(model.graph(), "y")).isFalse();
        assertThat(Evaluation.isSoftmax(through(OPEN, "Softmax").graph(), "y")).isTrue();
        assertThat(Evaluation.isSoftmax(through(OPEN, "Softmax").graph(), "x")).isFalse();
    }

    @Test
    void survivesLargeLogits() {
        Dataset large = new Rows(new float[][] {{3e38f, -3e38f}}, new int[] {0}, 2);
        Shape two = Shape.of(List.of(Dim.UNKNOWN, Dim.of(2)));
        assertThat(evaluate(through(two, "Identity"), large).loss()).isZero();
    }

    @Test
    void countsARowOfNoNumbersAsWrong() {
        float nan = Float.NaN;
        Dataset data =
                new Rows(new float[][] {{nan, nan}, {nan, 1}, {2, 1}}, new int[] {0, 1, 0}, 2);
        Shape two = Shape.of(List.of(Dim.UNKNOWN, Dim.of(2)));
        Evaluation evaluation = evaluate(through(two, "Identity"), data);
        assertThat(evaluation.top1()).isEqualTo(1 / 3.0);
        assertThat(evaluation.loss()).isNaN();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 64, 500})
    void givesTheSameWhateverBatchTheModelFixes(int batch) {
        SplittableRandom random = new SplittableRandom(4);
        float[][] rows = new float[301][6];
        int[] labels = new int[301];
        for (int i = 0; i < rows.length; i++) {
            labels[i] = random.nextInt(6);
            for (int k = 0; k < 6; k++) {
                rows[i][k] = (float) random.nextDouble();
            }
        }
        Dataset data = new Rows(rows, labels, 6);
        Evaluation open = evaluate(through(OPEN, "Identity"), data);
        Evaluation fixed = evaluate(through(Shape.of(batch, 6), "Identity"), data);
        assertThat(fixed.top1()).isEqualTo(open.top1());
        assertThat(fixed.top5()).isEqualTo(open.top5());
        assertThat(fixed.loss()).isCloseTo(open.loss(), within(1e-12));
    }

    @Test
    void evaluatesTheFileAndShowsProgress(@TempDir Path folder) {
        Path file = folder.resolve("m.onnx");
        OnnxWriter.write(through(OPEN, "Identity"), file);
        AtomicLong shown = new AtomicLong();
        Progress progress =
                (name, done, steps, unit) ->
                        new Progress.Task() {
                            @Override
                            public void advance(long count) {
                                shown.addAndGet(count);
                            }

                            @Override
                            public void show(String words) {}

                            @Override
                            public void close() {
                                shown.addAndGet(1000);
                            }
                        };
        assertThat(Evaluation.of(file, FOUR, ONE, progress))
                .isEqualTo(evaluate(through(OPEN, "Identity"), FOUR));
        assertThat(shown).hasValue(1004);
    }

    @Test
    void refusesMoreClassesThanTheModelTellsApart() {
        Dataset seven = new Rows(new float[][] {{1, 2, 3, 4, 5, 6}}, new int[] {0}, 7);
        assertThatThrownBy(() -> evaluate(through(OPEN, "Identity"), seven))
                .isInstanceOf(DataException.class)
                .hasMessage("the data has 7 classes, the model tells only 6 apart");
    }

    @Test
    void refusesDataWithoutLabelsAndWithoutExamples() {
        Dataset unlabelled = new Rows(new float[][] {{1, 2, 3, 4, 5, 6}}, new int[] {-1}, 0);
        assertThatThrownBy(() -> evaluate(through(OPEN, "Identity"), unlabelled))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("no labels");
        Dataset empty = new Rows(new float[0][], new int[0], 6);
        assertThatThrownBy(() -> evaluate(through(OPEN, "Identity"), empty))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("no examples");
    }

    @Test
    void refusesDataOfAnotherShapeAndNamesBoth() {
        Dataset five = new Rows(new float[][] {{1, 2, 3, 4, 5}}, new int[] {0}, 5);
        assertThatThrownBy(() -> evaluate(through(OPEN, "Identity"), five))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("'x' takes float[N,6]")
                .hasMessageContaining("float[5]");
    }

    @Test
    void refusesAnOutputThatIsNoTableOfScores() {
        Shape image = Shape.of(List.of(Dim.UNKNOWN, Dim.of(6)));
        Model model = through(image, "Identity", "Transpose");
        assertThatThrownBy(() -> evaluate(model, FOUR))
                .isInstanceOfAny(DataException.class, UnsupportedModelException.class);
    }
}
