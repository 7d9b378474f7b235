package dev.espalier.core.upgrade;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.pass.PassContext;
import dev.espalier.runtime.OrtRunner;
import dev.espalier.testkit.pass.PassTester;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UpgradeOpsetTest {
    private static PassTester.Outcome upgraded(String text) {
        return PassTester.given(text)
                .with(context -> context.withRunner(new OrtRunner()))
                .when(new UpgradeOpset());
    }

    /** As PaddlePaddle writes the tail of a text detector. */
    @Test
    void aDetectorOfSet7IsBroughtTo13AndProved() {
        PassTester.Outcome outcome =
                upgraded(
                        """
                        opset 7
                        graph (x: float[N,3,8,8]) -> (y)
                        w: float[4,3,3,3] = seed(1)
                        c: float[4] = seed(2)
                        v: float[1,4,1,1] = seed(3)
                        a = Conv(x, w) {pads=[1,1,1,1]}
                        b = BatchNormalization(a, c, c, c, c) {epsilon=1e-5, momentum=0.9, spatial=1}
                        h = Clip(b) {min=0.0, max=6.0}
                        p = MaxPool(h) {kernel_shape=[2,2], strides=[2,2]}
                        u = Upsample(p) {mode="nearest", scales=[1.0,1.0,2.0,2.0]}
                        s = Add(u, h)
                        q = Conv(s, v)
                        y = Sigmoid(q)
                        """);

        outcome.then(
                """
                opset 13
                graph (x: float[N,3,8,8]) -> (y)
                w: float[4,3,3,3]
                c: float[4]
                v: float[1,4,1,1]
                h_min: float[] = 0
                h_max: float[] = 6
                u_scales: float[4] = [1,1,2,2]
                a = Conv(x, w) {pads=[1,1,1,1]}
                b = BatchNormalization(a, c, c, c, c) {epsilon=1e-5, momentum=0.9}
                h = Clip(b, h_min, h_max)
                p = MaxPool(h) {kernel_shape=[2,2], strides=[2,2]}
                u = Resize(p, "", u_scales) {mode="nearest", coordinate_transformation_mode="asymmetric", nearest_mode="floor"}
                s = Add(u, h)
                q = Conv(s, v)
                y = Sigmoid(q)
                """);
        outcome.noted(
                "brought from operator set 7 to 13, in which these are written otherwise:"
                        + " 1 BatchNormalization, 1 Clip, 1 Upsample");
        outcome.noted("proved on 0 real and 4 random inputs");
        assertThat(outcome.after().opset()).isEqualTo(13);
    }

    @Test
    void whereNothingIsWrittenOtherwiseTheNumberAloneChanges() {
        PassTester.Outcome outcome =
                upgraded("opset 12\ngraph (x: float[2]) -> (y)\ny = Relu(x)\n");

        outcome.then("opset 13\ngraph (x: float[2]) -> (y)\ny = Relu(x)\n");
        outcome.noted("brought from operator set 12 to 13, in which no operator of it changed");
    }

    @ParameterizedTest
    @ValueSource(ints = {13, 17, 21, 27})
    void newerModelsStayThemselves(int opset) {
        upgraded("opset %s\ngraph (x: float[2]) -> (y)\ny = Relu(x)\n".formatted(opset))
                .unchanged();
    }

    @Test
    void aModelWithoutTheStandardSetStaysItself() {
        upgraded("opset com.microsoft 1\ngraph (x: float[2]) -> (y)\ny = com.microsoft::Gelu(x)\n")
                .unchanged();
    }

    @Test
    void anUnknownOperatorLeavesADescribedSetAsItIs() {
        PassTester.given("opset 11\ngraph (x: float[2]) -> (y)\ny = Unheard(x)\n")
                .whenPreviewed(new UpgradeOpset())
                .unchangedBecause("Unheard 'y' may mean something else");
    }

    @ParameterizedTest
    @ValueSource(ints = {7, 8})
    void anUnknownOperatorOfAnOlderSetIsRefused(int opset) {
        Model model =
                GraphText.parse(
                        "opset %s\ngraph (x: float[2]) -> (y)\ny = Unheard(x)\n".formatted(opset));

        assertThatThrownBy(() -> new UpgradeOpset().preview(model, PassContext.of(model)))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessage(
                        "the model is of ONNX's operator set %s and cannot be brought to 13: Unheard"
                                        .formatted(opset)
                                + " 'y' may mean something else in operator set 13; convert the file with"
                                + " onnx.version_converter, or export it again with opset 13");
    }

    @Test
    void setsBefore7AreRefused() {
        Model model = GraphText.parse("opset 6\ngraph (x: float[2]) -> (y)\ny = Relu(x)\n");

        assertThatThrownBy(() -> new UpgradeOpset().preview(model, PassContext.of(model)))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("what operators mean before set 7 is not known");
    }

    @Test
    void theOtherNameOfTheStandardDomainMovesToo() {
        Model model = GraphText.parse("opset 9\ngraph (x: float[2]) -> (y)\ny = Relu(x)\n");
        Model named =
                new Model(
                        3,
                        Map.of("ai.onnx", 9L),
                        model.graph(),
                        Map.of(),
                        Map.of(),
                        model.extras());

        Model after = new UpgradeOpset().preview(named, PassContext.of(named));
        assertThat(after.opsets()).isEqualTo(Map.of("ai.onnx", 13L));
        assertThat(after.irVersion()).isEqualTo(7);
    }
}
