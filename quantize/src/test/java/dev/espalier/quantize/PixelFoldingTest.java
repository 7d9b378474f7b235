package dev.espalier.quantize;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.analysis.ShapeInference;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.recipe.Options;
import dev.espalier.quantize.internal.kernel.PixelFolding;
import dev.espalier.quantize.internal.kernel.WeightedLayer;
import dev.espalier.quantize.internal.saturation.SaturationProof;
import dev.espalier.quantize.option.Calibration;
import dev.espalier.quantize.option.Integers;
import dev.espalier.quantize.option.Target;
import dev.espalier.runtime.OptimizedGraph;
import dev.espalier.testkit.pass.RandomSamples;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PixelFoldingTest {
    private static final Quantize QUANTIZE =
            Options.defaults(Quantize.class).withCalibration(Calibration.MIN_MAX);

    @ParameterizedTest
    @CsvSource({
        "3, 12, '16,3,3,3', 'pads=[1,1,1,1]', 4, 4, '64,12,3,3', 1, 1, 1",
        "1, 12, '16,1,3,3', 'pads=[1,1,1,1]', 4, 4, '64,4,3,3', 1, 1, 1",
        "3, 16, '64,3,7,7', 'pads=[3,3,3,3], strides=[2,2]', 4, 2, '128,12,7,3', 1, 1, 1",
        "3, 16, '64,3,4,4', 'strides=[4,4]', 4, 1, '64,12,4,1', 1, 0, 0",
        "3, 12, '8,3,3,3', 'pads=[1,1,1,1]', 4, 4, '32,12,3,3', 1, 1, 1",
        "8, 12, '8,8,3,3', 'pads=[1,1,1,1]', 1, 4, '32,8,3,6', 4, 1, 1",
        "8, 14, '12,8,3,3', ''             , 1, 4, '48,8,3,6', 4, 0, 0",
        "16, 10, '16,16,3,3', 'pads=[1,1,1,1]', 1, 2, '32,16,3,4', 2, 1, 1",
        "4, 12, '16,4,3,3', ''             , 1, 2, '32,4,3,4', 2, 0, 0",
    })
    void fewChannelsAreFolded(
            long channels,
            long width,
            String weight,
            String attributes,
            int inputs,
            int outputs,
            String folded,
            long stride,
            long left,
            long right) {
        PixelFolding folding = folding(channels, width, weight, attributes).orElseThrow();
        var after = folding.layer().node().attributes();

        assertThat(folding.inputs()).isEqualTo(inputs);
        assertThat(folding.outputs()).isEqualTo(outputs);
        assertThat(folding.layer().weight().shape().toString()).isEqualTo("[" + folded + "]");
        assertThat(after.integers("strides")[1]).isEqualTo(stride);
        assertThat(after.integers("pads", 0, 0, 0, 0)[1]).isEqualTo(left);
        assertThat(after.integers("pads", 0, 0, 0, 0)[3]).isEqualTo(right);
    }

    @ParameterizedTest
    @CsvSource({
        // Enough channels for the runtime.
        "4, 12, '24,4,3,3', 'pads=[1,1,1,1]'",
        "16, 12, '20,16,3,3', 'pads=[1,1,1,1]'",
        // More multiplications than it is worth.
        "3, 12, '64,3,3,3', 'pads=[1,1,1,1]'",
        "8, 12, '8,8,1,1', ''",
        "8, 12, '8,8,3,3', 'pads=[1,1,1,1], strides=[2,2]'",
        "16, 12, '16,16,1,1', ''",
        "16, 12, '16,16,3,3', 'pads=[1,1,1,1], strides=[2,2]'",
        "20, 12, '16,20,3,3', 'pads=[1,1,1,1]'",
        // Rows that do not come in fours, or in pairs.
        "16, 11, '16,16,3,3', 'pads=[1,1,1,1]'",
        "3, 10, '16,3,3,3', 'pads=[1,1,1,1]'",
        "3, 12, '16,3,3,3', ''",
        "3, 12, '64,3,7,7', 'pads=[3,3,3,3], strides=[3,3]'",
        // Not even the folded layer is for the fast kernel.
        "6, 12, '8,6,3,3', 'pads=[1,1,1,1]'",
        "3, 12, '3,3,3,3', 'pads=[1,1,1,1]'",
        // Other windows.
        "4, 12, '8,2,3,3', 'pads=[1,1,1,1], group=2'",
        "3, 12, '16,3,3,3', 'pads=[2,2,2,2], dilations=[2,2]'",
        "3, 12, '16,3,3,3', 'auto_pad=\"SAME_UPPER\"'",
        "3, 12, '16,3,3,3', 'pads=[1,4,1,4]'",
    })
    void otherLayersStay(long channels, long width, String weight, String attributes) {
        assertThat(folding(channels, width, weight, attributes)).isEmpty();
    }

    @Test
    void weightsAreSpreadOverTheFoldedPixels() {
        Tensor weight = folding(4, 8, "4,4,1,3", "pads=[0,1,0,1]").orElseThrow().layer().weight();
        float[] old =
                GraphText.parse(conv("8", 4, "4,4,1,3", ""))
                        .graph()
                        .initializers()
                        .get("w")
                        .tensor()
                        .toFloats();

        assertThat(weight.shape()).isEqualTo(Shape.of(16, 4, 1, 6));
        // Filter 2 for the last of four pixels, channel 1: three zeros before its own weights.
        int row = ((3 * 4 + 2) * 4 + 1) * 6;
        int from = (2 * 4 + 1) * 3;
        assertThat(Arrays.copyOfRange(weight.toFloats(), row, row + 6))
                .containsExactly(0, 0, 0, old[from], old[from + 1], old[from + 2]);
    }

    /** The same layer cannot be folded where the file leaves the width open. */
    @ParameterizedTest
    @CsvSource({
        "3, '16,3,3,3', 'pads=[1,1,1,1]'",
        "1, '16,1,5,5', 'pads=[2,2,2,2]'",
        "3, '24,3,7,7', 'pads=[3,3,3,3], strides=[2,2]'",
        "3, '16,3,4,4', 'strides=[4,4]'",
        "2, '16,2,3,3', 'pads=[0,1,1,1], strides=[1,2]'",
        "8, '8,8,3,3', 'pads=[1,1,1,1]'",
        "16, '16,16,3,3', 'pads=[1,1,1,1]'",
        "4, '12,4,1,5', 'pads=[0,2,0,2]'",
    })
    void theResultIsThatOfTheUnfoldedLayerToTheLastBit(
            long channels, String weight, String attributes) {
        Model fixed = GraphText.parse(conv("12", channels, weight, attributes));
        Model open = GraphText.parse(conv("W", channels, weight, attributes));
        RandomSamples samples = RandomSamples.of(fixed, 8);
        Model folded = quantized(fixed, samples);
        Model unfolded = quantized(open, samples);

        assertThat(folded.graph().nodes()).extracting(Node::opType).contains("Reshape");
        assertThat(unfolded.graph().nodes()).extracting(Node::opType).doesNotContain("Reshape");
        assertThat(run(folded, samples)).isEqualTo(run(unfolded, samples));
    }

    /** The weights of each pixel have other neighbours than those of the one before. */
    @ParameterizedTest
    @CsvSource({
        "3, '16,3,3,3', 'pads=[1,1,1,1]'",
        "1, '16,1,5,5', 'pads=[2,2,2,2]'",
        "8, '8,8,3,3', 'pads=[1,1,1,1]'",
        "16, '16,16,3,3', 'pads=[1,1,1,1]'",
        "4, '12,4,1,5', 'pads=[0,2,0,2]'",
    })
    void noSumOfAnyPixelSaturates(long channels, String weight, String attributes) {
        Model model = GraphText.parse(conv("12", channels, weight, attributes));
        RandomSamples samples = RandomSamples.of(model, 8);
        PassContext context = RandomSamples.context(model, samples, Runners.SINGLE);
        Model made = Quantization.of(QUANTIZE, model, context).written(Set.of(), true).model();

        assertThat(made.graph().nodes()).extracting(Node::opType).contains("Reshape");
        assertThat(SaturationProof.of(made, Runners.PLAIN).isComplete()).isTrue();
        assertThat(run(made, samples)).hasSizeGreaterThan(0);
    }

    @Test
    void withoutPairsOnlyLayersOfHalfAKernelAreLeftAsTheyAre() {
        assertThat(folding(16, 12, "16,16,3,3", "pads=[1,1,1,1]", false)).isEmpty();
        assertThat(folding(16, 12, "16,16,3,3", "pads=[1,1,1,1]", true)).isPresent();
        assertThat(folding(8, 12, "8,8,3,3", "pads=[1,1,1,1]", false)).isPresent();
        assertThat(folding(3, 12, "16,3,3,3", "pads=[1,1,1,1]", false)).isPresent();
    }

    @Test
    void theRuntimeDropsTheTransposes() {
        Model model =
                GraphText.parse(
                        """
                        opset 13
                        graph (x: float[N,3,12,12]) -> (y)
                        w1: float[16,3,3,3] = seed(1)
                        w2: float[8,16,3,3] = seed(2)
                        w3: float[16,8,3,3] = seed(3)
                        c1 = Conv(x, w1) {pads=[1,1,1,1]}
                        r1 = Relu(c1)
                        c2 = Conv(r1, w2) {pads=[1,1,1,1]}
                        r2 = Relu(c2)
                        y = Conv(r2, w3)
                        """);
        List<Node> nodes =
                OptimizedGraph.of(quantized(model, RandomSamples.of(model, 8))).graph().nodes();

        assertThat(nodes).filteredOn(node -> node.opType().equals("QLinearConv")).hasSize(3);
        // One folds the input's pixels, one a layer unfolds its output's.
        assertThat(nodes).filteredOn(node -> node.is("Reshape")).hasSize(1 + 3);
        // One for the input and one for the output.
        assertThat(nodes).filteredOn(node -> node.is("Transpose")).hasSize(2);
        assertThat(nodes).extracting(Node::opType).doesNotContain("Pad", "Concat", "Mul");
    }

    @Test
    void theFileHoldsTheWeightsOnceWithoutZeros() {
        Model model = GraphText.parse(conv("12", 3, "16,3,3,3", "pads=[1,1,1,1]"));

        Model folded = quantized(model, RandomSamples.of(model, 8));

        assertThat(folded.graph().initializers().get("w_q").tensor().shape())
                .isEqualTo(Shape.of(16, 3, 3, 3));
        assertThat(folded.graph().nodes())
                .filteredOn(node -> node.is("Pad"))
                .extracting(node -> node.input(0))
                .containsOnly("w_q")
                .hasSize(4);
    }

    @Test
    void scalesAndBiasesAreStoredOnceForAllPixels() {
        Model model = GraphText.parse(conv("12", 3, "16,3,3,3", "pads=[1,1,1,1]"));

        Model folded = quantized(model, RandomSamples.of(model, 8));

        var constants = folded.graph().initializers();
        assertThat(constants.get("w_s").tensor().shape()).isEqualTo(Shape.of(16));
        assertThat(constants.get("b_q").tensor().shape()).isEqualTo(Shape.of(16));
        assertThat(folded.graph().nodes())
                .filteredOn(node -> node.is("Concat"))
                .extracting(Node::inputs)
                .contains(Collections.nCopies(4, "w_s"), Collections.nCopies(4, "b_q"));
        assertThat(OptimizedGraph.of(folded).graph().nodes())
                .extracting(Node::opType)
                .doesNotContain("Concat", "Mul");
    }

    private static Model quantized(Model model, RandomSamples samples) {
        PassContext context = RandomSamples.context(model, samples, Runners.SINGLE);
        // A folded layer has other neighbours among its weights, and so another grid for any CPU.
        Integers integers = Options.defaults(Integers.class).withTarget(Target.VNNI);
        return Quantization.of(QUANTIZE.withIntegers(integers), model, context)
                .written(Set.of(), true)
                .model();
    }

    private static Optional<PixelFolding> folding(
            long channels, long width, String weight, String attributes) {
        return folding(channels, width, weight, attributes, true);
    }

    private static Optional<PixelFolding> folding(
            long channels, long width, String weight, String attributes, boolean pairs) {
        Model model = GraphText.parse(conv(Long.toString(width), channels, weight, attributes));
        Node node = model.graph().producer("y").orElseThrow();
        ShapeInference inference = ShapeInference.of(model);
        WeightedLayer layer =
                WeightedLayer.of(node, model.graph(), inference).layer().orElseThrow();
        return PixelFolding.of(layer, inference.shape("x"), pairs);
    }

    private static String conv(String width, long channels, String weight, String attributes) {
        return """
                opset 13
                graph (x: float[N,%d,6,%s]) -> (y)
                w: float[%s] = seed(1)
                b: float[%s] = seed(2)
                y = Conv(x, w, b)%s
                """
                .formatted(
                        channels,
                        width,
                        weight,
                        weight.substring(0, weight.indexOf(',')),
                        attributes.isEmpty() ? "" : " {" + attributes + "}");
    }

    private static float[] run(Model model, RandomSamples samples) {
        Map<String, Tensor> inputs = samples.batch(new int[] {0, 1}).inputs();
        try (var session = Runners.EXACT.open(model)) {
            return session.run(inputs).get("y").toFloats();
        }
    }
}
