package dev.espalier.quantize.internal.prepare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Tensor;
import dev.espalier.quantize.Runners;
import dev.espalier.testkit.pass.RandomSamples;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GlobalPoolingTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "opset 13 | ReduceMean(x) {axes=[2,3], keepdims=0}",
                "opset 13 | ReduceMean(x) {axes=[-1,-2]}",
                "opset 18 | ReduceMean(x, axes)",
                "opset 18 | ReduceMean(x, axes) {keepdims=0}",
                "opset 13 | AveragePool(x) {kernel_shape=[4,6], strides=[1,1]}",
            })
    void averagesOverTheWholeImageBecomeOneOperator(String text) {
        Model before = model(text);
        Model after = GlobalPooling.rewrite(before);

        assertThat(after.graph().nodes()).extracting(Node::opType).contains("GlobalAveragePool");
        float[] expected = run(before);
        float[] actual = run(after);
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < expected.length; i++) {
            assertThat(actual[i]).isCloseTo(expected[i], within(1e-6f));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "opset 13 | ReduceMean(x) {axes=[1,2]}",
                "opset 13 | ReduceMean(x) {axes=[1,2,3]}",
                "opset 13 | ReduceMean(x)",
                "opset 13 | AveragePool(x) {kernel_shape=[4,4]}",
                "opset 13 | AveragePool(x) {kernel_shape=[4,6], pads=[0,1,0,1]}",
                "opset 13 | ReduceMax(x) {axes=[2,3]}",
            })
    void otherAveragesStay(String text) {
        Model before = model(text);

        assertThat(GlobalPooling.rewrite(before)).isSameAs(before);
    }

    private static Model model(String text) {
        String[] parts = text.split(" \\| ");
        return GraphText.parse(
                parts[0]
                        + "\ngraph (x: float[2,3,4,6]) -> (y)\naxes: int64[2] = [2,3]\ny = "
                        + parts[1]
                        + "\n");
    }

    private static float[] run(Model model) {
        RandomSamples samples = RandomSamples.of(model, 2);
        Map<String, Tensor> inputs = samples.batch(new int[] {0, 1}).inputs();
        try (var session = RandomSamples.context(model, Runners.SINGLE).runner().open(model)) {
            return session.run(inputs).get("y").toFloats();
        }
    }
}
