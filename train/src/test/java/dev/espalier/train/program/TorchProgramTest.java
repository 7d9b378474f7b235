package dev.espalier.train.program;

import static dev.espalier.train.program.Programs.assertClose;
import static dev.espalier.train.program.Programs.feeds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.ir.GraphEditor;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.Value;
import dev.espalier.runtime.OrtRunner;
import dev.espalier.testkit.RandomGraphs;
import dev.espalier.train.internal.torch.TorchModule;
import dev.espalier.train.loss.CrossEntropy;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TorchProgramTest {
    private static final String CHAIN =
            """
            graph (x: float[N,3,8,8]) -> (y)
            w1: float[4,3,3,3] = seed(1)
            b1: float[4] = seed(2)
            w2: float[5,4,1,1] = seed(3)
            h = Conv(x, w1, b1) {pads=[1,1,1,1]}
            r = Relu(h)
            y = Conv(r, w2)
            """;

    @Test
    void forwardComputesWhatOnnxRuntimeComputes() {
        assertSameOutputs(GraphText.parse(CHAIN));
    }

    @Test
    void forwardOfRandomNetworksComputesWhatOnnxRuntimeComputes() {
        for (long seed = 0; seed < 20; seed++) {
            assertSameOutputs(RandomGraphs.cnn(seed));
        }
    }

    @Test
    void theGradientIsTheSlopeOfTheLoss() {
        Model model =
                GraphText.parse(
                        """
                        graph (x: float[N,3,8,8]) -> (logits: float[N,4])
                        w1: float[4,3,3,3] = seed(1)
                        b1: float[4] = seed(2)
                        w2: float[4,4] = seed(3)
                        h = Conv(x, w1, b1) {pads=[1,1,1,1]}
                        r = Sigmoid(h)
                        p = GlobalAveragePool(r)
                        f = Flatten(p)
                        logits = Gemm(f, w2) {transB=1}
                        """);
        Tensor x = feeds(model, 4).get("x");
        Tensor labels = Tensor.ofLongs(Shape.of(4), 0, 1, 2, 3);
        Map<String, Tensor> gradients = gradients(model, x, labels);
        for (String name : List.of("w1", "b1", "w2")) {
            float[] weights = model.graph().constant(name).orElseThrow().toFloats();
            for (int i = 0; i < weights.length; i += 7) {
                float step = 0.01f;
                double slope =
                        (loss(nudged(model, name, i, step), x, labels)
                                        - loss(nudged(model, name, i, -step), x, labels))
                                / (2 * step);
                assertThat((double) gradients.get(name).toFloats()[i])
                        .as("%s[%d]", name, i)
                        .isCloseTo(slope, within(2e-4));
            }
        }
    }

    private static Map<String, Tensor> gradients(Model model, Tensor x, Tensor labels) {
        TorchProgram program =
                TorchProgram.training(
                        model,
                        InputShapes.ofBatch(4),
                        1,
                        new CrossEntropy(0),
                        Programs.EXACT,
                        Map.of());
        Map<String, Tensor> gradients = new HashMap<>();
        try (TorchModule module = TorchModule.load(program.archive())) {
            List<Tensor> results = module.run("part", List.of(x, labels));
            List<Slot> weights =
                    program.state().stream().filter(s -> s.kind() == Slot.Kind.WEIGHT).toList();
            for (int i = 0; i < weights.size(); i++) {
                gradients.put(weights.get(i).name(), results.get(2 + i));
            }
        }
        return gradients;
    }

    private static double loss(Model model, Tensor x, Tensor labels) {
        try (var session = new OrtRunner().open(model)) {
            float[] scores = session.run(Map.of("x", x)).get("logits").toFloats();
            double loss = 0;
            for (int n = 0; n < 4; n++) {
                double sum = 0;
                for (int k = 0; k < 4; k++) {
                    sum += Math.exp(scores[4 * n + k]);
                }
                loss += Math.log(sum) - scores[4 * n + (int) labels.toLongs()[n]];
            }
            return loss / 4;
        }
    }

    private static Model nudged(Model model, String name, int at, float step) {
        Tensor weight = model.graph().constant(name).orElseThrow();
        float[] values = weight.toFloats();
        values[at] += step;
        return model.withGraph(
                new GraphEditor(model.graph())
                        .setInitializer(name, Tensor.ofFloats(weight.shape(), values))
                        .build());
    }

    /** Asking for each way to a weight alone would take 2^60 questions. */
    @Test
    void weightsAreFoundThroughManyWays() {
        StringBuilder text =
                new StringBuilder(
                        """
                        graph (x: float[N,4]) -> (logits: float[N,4])
                        w: float[4,4] = seed(1)
                        s0 = Transpose(w)
                        """);
        for (int i = 0; i < 60; i++) {
            text.append("s%d = Add(s%d, s%2$d)\n".formatted(i + 1, i));
        }
        text.append("logits = MatMul(x, s60)\n");
        Model model = GraphText.parse(text.toString());
        Map<String, Tensor> found =
                gradients(model, feeds(model, 4).get("x"), Tensor.ofLongs(Shape.of(4), 0, 1, 2, 3));
        assertThat(found).containsOnlyKeys("w");
    }

    @Test
    void aReluOverwritesWhatNothingElseReads() {
        Model model = GraphText.parse(CHAIN);
        assertThat(evaluation(model, "y")).contains("torch.relu_(");
        assertSameOutputs(model);
    }

    @Test
    void nothingIsOverwrittenThatIsReadAgain() {
        Model model = GraphText.parse(CHAIN);
        assertThat(evaluation(model, "h", "y")).contains("torch.relu(");
        assertSameOutputs(model, List.of("h", "y"));
        assertSameOutputs(model, List.of("y", "h"));
        Model branched =
                GraphText.parse(CHAIN.replace("y = Conv(r, w2)", "s = Add(r, h)\ny = Conv(s, w2)"));
        assertThat(evaluation(branched, "y")).doesNotContain("relu_");
        assertSameOutputs(branched);
    }

    @Test
    void nothingIsOverwrittenThatItsGradientReads() {
        Model model = GraphText.parse(CHAIN.replace("r = Relu(h)", "g = Sigmoid(h)\nr = Relu(g)"));
        assertThat(evaluation(model, "y")).doesNotContain("relu_");
        Model fed =
                GraphText.parse(
                        CHAIN.replace("Conv(x, w1, b1)", "Conv(e, w1, b1)")
                                .replace("h = ", "e = Relu(x)\nh = "));
        assertThat(evaluation(fed, "e")).doesNotContain("relu_");
    }

    private static String evaluation(Model model, String... values) {
        return TorchProgram.evaluation(model, InputShapes.ofBatch(3), List.of(values)).methods();
    }

    static void assertSameOutputs(Model model) {
        assertSameOutputs(model, model.graph().outputs().stream().map(Value::name).toList());
    }

    private static void assertSameOutputs(Model model, List<String> names) {
        Map<String, Tensor> feeds = feeds(model, 3);
        TorchProgram program = TorchProgram.evaluation(model, InputShapes.ofBatch(3), names);
        try (TorchModule module = TorchModule.load(program.archive());
                var session = new OrtRunner().open(model, names)) {
            List<Tensor> actual = module.run("forward", List.copyOf(feeds.values()));
            Map<String, Tensor> expected = session.run(feeds);
            for (int i = 0; i < names.size(); i++) {
                assertClose(actual.get(i), expected.get(names.get(i)), 1e-5);
            }
        }
    }
}
