package dev.espalier.quantize.internal.prepare;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.ir.Attributes;
import dev.espalier.core.ir.GraphEditor;
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
import dev.espalier.testkit.pass.PassTester;
import dev.espalier.testkit.pass.RandomSamples;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShortcutConvTest {
    private static final String CONSTANTS =
            """
            first: int64[2] = [0, 0]
            second: int64[2] = [1, 0]
            last: int64[2] = [9223372036854775807, 9223372036854775807]
            most: int64[2] = [8, 9223372036854775807]
            spatial: int64[2] = [2, 3]
            counted: int64[2] = [-1, -2]
            channels: int64[2] = [1, 3]
            two: int64[2] = [2, 2]
            uneven: int64[2] = [3, 2]
            none: int64[2] = [1, 1]
            back: int64[2] = [-1, -1]
            from: int64[1] = [0]
            to: int64[1] = [100]
            step: int64[1] = [2]
            rows: int64[1] = [2]
            columns: int64[1] = [3]
            axis: int64[1] = [-3]
            around: int64[8] = [0, 8, 0, 0, 0, 8, 0, 0]
            behind: int64[8] = [0, 0, 0, 0, 0, 16, 0, 0]
            border: int64[8] = [0, 8, 1, 0, 0, 8, 0, 0]
            crop: int64[8] = [0, 20, 0, 0, 0, -4, 0, 0]
            odd: int64[8] = [0, 2, 0, 0, 0, 3, 0, 0]
            many: int64[8] = [0, 72, 0, 0, 0, 72, 0, 0]
            pair: int64[2] = [4, 12]
            zero: float[] = 0
            ten: float[] = 10
            """;

    @Test
    void theConvolutionHasOneWeightOfOneForEachChannel() {
        Model before =
                block("opset 13 | s = Slice(x, first, last, spatial, two); p = Pad(s, around)");
        PassContext context = PassContext.of(before);
        Model after = ShortcutConv.rewrite(before, Set.of(), context);

        new PassTester.Outcome(before, after, context)
                .then(
                        """
                        opset 13
                        graph (x: float[N,16,10,9]) -> (c, p)
                        w: float[32,16,3,3]
                        p_weight: float[32,16,1,1]
                        c = Conv(x, w) {pads=[1,1,1,1]}
                        p = Conv(x, p_weight) {kernel_shape=[1,1], strides=[2,2]}
                        """)
                .noted("written as 1x1 convolutions: 1");
        float[] weight = after.graph().initializers().get("p_weight").tensor().toFloats();
        for (int o = 0; o < 32; o++) {
            for (int i = 0; i < 16; i++) {
                assertThat(weight[o * 16 + i]).isEqualTo(o == i + 8 ? 1 : 0);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "opset 13 | s = Slice(x, first, last, spatial, two); p = Pad(s, around, zero)",
                "opset 13 | s = Slice(x, first, last, counted, uneven); p = Pad(s, behind)",
                "opset 13 | t = Slice(x, from, to, rows, step); s = Slice(t, from, to, columns,"
                        + " step); p = Pad(s, around)",
                "opset 13 | t = Slice(x, from, to, rows, step); s = Slice(t, from, to, rows,"
                        + " step); p = Pad(s, around)",
                "opset 13 | s = Slice(x, from, to, columns, step); p = Pad(s, around)",
                "opset 18 | s = Slice(x, first, last, spatial, two); p = Pad(s, pair, zero, axis)",
            })
    void theResultIsTheSameToTheLastBit(String text) {
        Model before = block(text);
        Model after = ShortcutConv.rewrite(before, Set.of(), PassContext.of(before));

        assertThat(after.graph().nodes()).extracting(Node::opType).containsOnly("Conv");
        assertThat(run(after, "p")).isEqualTo(run(before, "p"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "opset 13 | p = Pad(x, around)",
                "opset 13 | s = Slice(x, first, last, spatial, none); p = Pad(s, around)",
                "opset 13 | s = Slice(x, second, last, spatial, two); p = Pad(s, around)",
                "opset 13 | s = Slice(x, first, most, spatial, two); p = Pad(s, around)",
                "opset 13 | s = Slice(x, first, last, channels, two); p = Pad(s, around)",
                "opset 13 | s = Slice(x, last, first, spatial, back); p = Pad(s, around)",
                "opset 13 | s = Slice(x, first, last, spatial, two); p = Pad(s, border)",
                "opset 13 | s = Slice(x, first, last, spatial, two); p = Pad(s, crop)",
                "opset 13 | s = Slice(x, first, last, spatial, two); p = Pad(s, odd)",
                "opset 13 | s = Slice(x, first, last, spatial, two); p = Pad(s, many)",
                "opset 13 | s = Slice(x, first, last, spatial, two); p = Pad(s, around, ten)",
                "opset 13 | s = Slice(x, first, last, spatial, two); p = Pad(s, around)"
                        + " {mode=\"edge\"}",
                "opset 13 | s = Slice(x, first, last, spatial, two); p = Pad(s, around);"
                        + " z = Relu(s)",
                "opset 13 | r = Relu(x); s = Slice(r, first, last, spatial, two);"
                        + " p = Pad(s, around)",
            })
    void otherSlicesAndPadsStay(String text) {
        Model before = block(text);

        assertThat(ShortcutConv.rewrite(before, Set.of(), PassContext.of(before))).isSameAs(before);
    }

    @ParameterizedTest
    @ValueSource(strings = {"layer", "slice", "pad"})
    void excludedNodesStay(String excluded) {
        Model before =
                block(
                        "opset 13 | s = Slice(x, first, last, spatial, two) as slice;"
                                + " p = Pad(s, around) as pad");
        PassContext context = PassContext.of(before);

        assertThat(ShortcutConv.rewrite(before, Set.of(excluded), context)).isSameAs(before);
    }

    @Test
    void aChannelCountThatTheFastKernelDoesNotTakeStays() {
        Model before =
                GraphText.parse(
                        """
                        opset 13
                        graph (x: float[N,6,8,8]) -> (y, p)
                        w: float[8,6,3,3] = seed(1)
                        first: int64[2] = [0, 0]
                        last: int64[2] = [8, 8]
                        spatial: int64[2] = [2, 3]
                        two: int64[2] = [2, 2]
                        pads: int64[8] = [0, 5, 0, 0, 0, 5, 0, 0]
                        s = Slice(x, first, last, spatial, two)
                        p = Pad(s, pads)
                        y = Conv(x, w)
                        """);

        assertThat(ShortcutConv.rewrite(before, Set.of(), PassContext.of(before))).isSameAs(before);
    }

    @Test
    void bytesPassUnchanged() {
        Model model =
                block("opset 13 | s = Slice(x, first, last, spatial, two); p = Pad(s, around)");
        Model quantized =
                Options.defaults(Quantize.class)
                        .withCalibration(Calibration.MIN_MAX)
                        .apply(model, RandomSamples.context(model, Runners.SINGLE));

        assertThat(quantized.graph().nodes()).extracting(Node::opType).doesNotContain("Slice");
        assertThat(run(quantized, "p")).isEqualTo(run(withSlice(quantized), "p"));
    }

    /** The quantized model with bytes sliced and padded instead of multiplied by one. */
    private static Model withSlice(Model quantized) {
        GraphEditor editor = new GraphEditor(quantized.graph());
        Node quantize = quantized.graph().producer("p_q").orElseThrow();
        String zeros = editor.addInitializer("zeros", Tensor.ofLongs(Shape.of(2), 0, 0));
        String ends = editor.addInitializer("ends", Tensor.ofLongs(Shape.of(2), 10, 9));
        String axes = editor.addInitializer("axes", Tensor.ofLongs(Shape.of(2), 2, 3));
        String steps = editor.addInitializer("steps", Tensor.ofLongs(Shape.of(2), 2, 2));
        String pads =
                editor.addInitializer("pads", Tensor.ofLongs(Shape.of(8), 0, 8, 0, 0, 0, 8, 0, 0));
        editor.replace(
                quantize,
                Node.of(
                        "slice",
                        "Slice",
                        List.of("x_q", zeros, ends, axes, steps),
                        List.of("sliced"),
                        Attributes.NONE),
                Node.of(
                        "pad",
                        "Pad",
                        List.of("sliced", pads, quantize.input(2)),
                        quantize.outputs(),
                        Attributes.NONE));
        return quantized.withGraph(editor.removeUnused().build());
    }

    /** A shortcut from x to p beside a layer that reads x; lines are separated by semicolons. */
    private static Model block(String text) {
        String[] parts = text.split(" \\| ");
        return GraphText.parse(
                parts[0]
                        + "\ngraph (x: float[N,16,10,9]) -> (c, p)\n"
                        + "w: float[32,16,3,3] = seed(1)\n"
                        + CONSTANTS
                        + "c = Conv(x, w) {pads=[1,1,1,1]} as layer\n"
                        + String.join("\n", parts[1].split("; "))
                        + "\n");
    }

    private static float[] run(Model model, String output) {
        RandomSamples samples = RandomSamples.of(model, 2);
        Map<String, Tensor> inputs = samples.batch(new int[] {0, 1}).inputs();
        try (var session = Runners.SINGLE.open(model)) {
            return session.run(inputs).get(output).toFloats();
        }
    }
}
