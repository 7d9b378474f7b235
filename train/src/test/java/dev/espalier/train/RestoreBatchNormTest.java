package dev.espalier.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Tensor;
import dev.espalier.runtime.OrtRunner;
import dev.espalier.train.program.Programs;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RestoreBatchNormTest {
    private static final String FOLDED =
            """
            graph (x: float[N,3,8,8]) -> (y: float[N,4,8,8])
            w1: float[6,3,3,3] = seed(1)
            b1: float[6] = seed(2)
            w2: float[4,6,1,1] = seed(3)
            b2: float[4] = seed(4)
            h = Conv(x, w1, b1) {pads=[1,1,1,1]} as conv1
            r = Relu(h)
            y = Conv(r, w2, b2) as conv2
            """;

    private final List<String> refused = new ArrayList<>();

    private Model restore(Model model) {
        return RestoreBatchNorm.restore(
                model,
                new PatternImages(64, 4, 8, 1),
                new OrtRunner(),
                (where, reason) -> refused.add(where + ": " + reason));
    }

    private static long norms(Model model) {
        return model.graph().nodes().stream().filter(n -> n.is("BatchNormalization")).count();
    }

    private static Tensor run(Model model, Map<String, Tensor> feeds) {
        try (var session = new OrtRunner().open(model)) {
            return session.run(feeds).get("y");
        }
    }

    @Test
    void theRestoredNetworkComputesWhatTheFoldedOneDid() {
        Model model = GraphText.parse(FOLDED);
        Model restored = restore(model);
        assertThat(norms(restored)).isEqualTo(2);
        assertThat(refused).isEmpty();
        Map<String, Tensor> feeds = Programs.feeds(model, 5);
        Programs.assertClose(run(restored, feeds), run(model, feeds), 1e-5);
    }

    @Test
    void normalizesByWhatTheConvolutionGivesOnTheData() {
        Model restored = restore(GraphText.parse(FOLDED));
        Node norm = restored.graph().producer("h").orElseThrow();
        Tensor measured = batchOf(restored, norm.input(0));
        int area = 8 * 8;
        for (int channel = 0; channel < 6; channel++) {
            double sum = 0;
            double square = 0;
            float[] values = measured.toFloats();
            for (int n = 0; n < 64; n++) {
                for (int i = 0; i < area; i++) {
                    double value = values[(n * 6 + channel) * area + i];
                    sum += value;
                    square += value * value;
                }
            }
            double mean = sum / 64 / area;
            double variance = square / 64 / area - mean * mean;
            assertThat(constant(restored, norm.input(3))[channel])
                    .isCloseTo((float) mean, org.assertj.core.api.Assertions.within(1e-4f));
            assertThat(constant(restored, norm.input(4))[channel])
                    .isCloseTo((float) variance, org.assertj.core.api.Assertions.within(1e-4f));
        }
    }

    private static Tensor batchOf(Model model, String value) {
        int[] all = java.util.stream.IntStream.range(0, 64).toArray();
        try (var session = new OrtRunner().open(model, List.of(value))) {
            return session.run(new PatternImages(64, 4, 8, 1).batch(all).inputs()).get(value);
        }
    }

    private static float[] constant(Model model, String name) {
        return model.graph().constant(name).orElseThrow().toFloats();
    }

    @Test
    void foldingGivesTheSameGraphBack() {
        Model model = GraphText.parse(FOLDED);
        Model folded = RestoreBatchNorm.fold(restore(model), model);
        assertThat(folded.graph().nodes()).isEqualTo(model.graph().nodes());
        assertThat(folded.graph().initializers().keySet())
                .containsExactlyElementsOf(model.graph().initializers().keySet());
        Map<String, Tensor> feeds = Programs.feeds(model, 5);
        Programs.assertClose(run(folded, feeds), run(model, feeds), 1e-5);
    }

    @Test
    void batchNormThatWasThereStaysThroughRestoringAndFolding() {
        Model model =
                GraphText.parse(
                        FOLDED.replace("h = Conv(x, w1, b1)", "k = Conv(x, w1, b1)")
                                .replace(
                                        "r = Relu(h)",
                                        "h = BatchNormalization(k, b1, b1, b1, b1)\nr = Relu(h)"));
        Model restored = restore(model);
        assertThat(norms(restored)).isEqualTo(2);
        assertThat(norms(RestoreBatchNorm.fold(restored, model))).isEqualTo(1);
    }

    @Test
    void leavesConvolutionsWithoutBiasOrWithASharedWeight() {
        Model model =
                GraphText.parse(
                        """
                        graph (x: float[N,3,8,8]) -> (y: float[N,3,8,8])
                        w1: float[3,3,3,3] = seed(1)
                        w2: float[3,3,1,1] = seed(3)
                        b2: float[3] = seed(4)
                        h = Conv(x, w1) {pads=[1,1,1,1]} as plain
                        i = Conv(h, w2, b2) as first
                        y = Conv(i, w2, b2) as second
                        """);
        assertThat(restore(model)).isSameAs(model);
        assertThat(refused)
                .hasSize(3)
                .anySatisfy(words -> assertThat(words).contains("'plain'").contains("bias"))
                .anySatisfy(words -> assertThat(words).contains("'first'").contains("other users"));
    }
}
