package dev.espalier.quantize.internal.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.analysis.ShapeInference;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.recipe.Options;
import dev.espalier.quantize.Quantize;
import dev.espalier.quantize.Runners;
import dev.espalier.quantize.option.Calibration;
import dev.espalier.testkit.pass.RandomSamples;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChannelPaddingTest {
    @ParameterizedTest
    @CsvSource({
        "3, 16, 1, 1",
        "1, 16, 1, 3",
        "6, 24, 1, 2",
        "4, 16, 1, 0",
        "3, 8, 1, 0",
        "3, 20, 1, 0",
        "3, 48, 3, 0",
    })
    void fillsUpToFourWhereTheFastKernelTakesTheRest(
            long inputs, long outputs, long group, int expected) {
        Model model = conv(inputs, outputs, group);
        Node node = model.graph().nodes().get(0);
        WeightedLayer layer =
                WeightedLayer.of(node, model.graph(), ShapeInference.of(model))
                        .layer()
                        .orElseThrow();

        assertThat(ChannelPadding.of(layer)).isEqualTo(expected);
    }

    @Test
    void widensEveryFilterWithZeros() {
        Tensor weight = Tensor.ofFloats(Shape.of(2, 1, 1, 2), 1, 2, 3, 4);

        assertThat(ChannelPadding.widened(weight, 2))
                .isEqualTo(
                        Tensor.ofFloats(Shape.of(2, 3, 1, 2), 1, 2, 0, 0, 0, 0, 3, 4, 0, 0, 0, 0));
    }

    @Test
    void givesTheResultsOfTheUnpaddedConvolutionToTheBit() {
        Model model = conv(3, 16, 1);
        PassContext context = RandomSamples.context(model, Runners.SINGLE);
        Model padded =
                Options.defaults(Quantize.class)
                        .withCalibration(Calibration.MIN_MAX)
                        .apply(model, context);

        assertThat(run(padded, context)).isEqualTo(run(withoutPadding(padded), context));
    }

    /** Takes the Pad and the fourth input channel of the weight out again. */
    private static Model withoutPadding(Model model) {
        var editor = new dev.espalier.core.ir.GraphEditor(model.graph());
        Node pad =
                model.graph().nodes().stream().filter(n -> n.is("Pad")).findFirst().orElseThrow();
        Tensor wide = model.graph().initializers().get("w_q").tensor();
        java.nio.ByteBuffer narrow = java.nio.ByteBuffer.allocate(16 * 27);
        for (int m = 0; m < 16; m++) {
            byte[] filter = new byte[27];
            wide.bytes().get(m * 36, filter);
            narrow.put(filter);
        }
        editor.replaceUses(pad.output(0), pad.input(0)).remove(pad);
        editor.setInitializer(
                "w_q", Tensor.of(wide.dataType(), Shape.of(16, 3, 3, 3), narrow.flip()));
        return model.withGraph(editor.removeUnused().build());
    }

    private static Model conv(long inputs, long outputs, long group) {
        return GraphText.parse(
                """
                opset 13
                graph (x: float[1,%d,6,6]) -> (y)
                w: float[%d,%d,3,3] = seed(1)
                y = Conv(x, w) {group=%d}
                """
                        .formatted(inputs, outputs, inputs / group, group));
    }

    private static float[] run(Model model, PassContext context) {
        Map<String, Tensor> inputs = context.data().test().batch(new int[] {0}).inputs();
        // Without the fourth channel other weights are neighbours.
        try (var session = Runners.EXACT.open(model)) {
            return session.run(inputs).get("y").toFloats();
        }
    }
}
