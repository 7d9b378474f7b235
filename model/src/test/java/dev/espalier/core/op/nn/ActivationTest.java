package dev.espalier.core.op.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.ir.Attributes;
import dev.espalier.core.ir.Node;
import dev.espalier.core.op.OperatorProbe;
import dev.espalier.core.op.Operators;
import dev.espalier.core.op.spec.Operator;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.testkit.OperatorExamples;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@link Activation} and {@link ThresholdedRelu}. */
@OperatorExamples(
        given =
                """
                opset 18
                graph (x: float[2,5,3]) -> (y)
                """,
        calls = {
            "y = Celu(x)",
            "y = Celu(x) {alpha=0.4}",
            "y = Elu(x)",
            "y = Elu(x) {alpha=0.3}",
            "y = Mish(x)",
            "y = Selu(x)",
            "y = Selu(x) {alpha=0.5, gamma=2.0}",
            "y = Softplus(x)",
            "y = Softsign(x)",
            "y = ThresholdedRelu(x)",
            "y = ThresholdedRelu(x) {alpha=0.1}"
        })
@OperatorExamples(
        given =
                """
                opset 9
                graph (x: float[2,5,3]) -> (y)
                """,
        calls = {"y = Elu(x)", "y = Selu(x)", "y = Softplus(x)", "y = Softsign(x)"})
@OperatorExamples(
        given =
                """
                opset 24
                graph (x: float[2,5,3]) -> (y)
                """,
        calls = {"y = Swish(x)", "y = Swish(x) {alpha=1.7}"})
class ActivationTest {
    private static OperatorProbe probe(String node) {
        return OperatorProbe.of(
                """
                opset 24
                graph (x: float[N,4,2]) -> (y)
                y = %s
                """
                        .formatted(node));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Celu",
                "Elu",
                "Mish",
                "Selu",
                "Softplus",
                "Softsign",
                "Swish",
                "ThresholdedRelu"
            })
    void eachElementIsMappedOnItsOwn(String type) {
        OperatorProbe activation = probe(type + "(x)").linked();

        assertThat(activation.types()).containsExactly("float[N,4,2]");
        assertThat(activation.partners("x", 1, 3)).containsExactly("y.1.3");
        assertThat(activation.isFree("y", 2)).isTrue();
        assertThat(activation.isHomogeneous(0)).isFalse();
        assertThat(activation.macs()).isZero();
    }

    @Test
    void onlyAThresholdOfZeroPassesAFactorOn() {
        assertThat(probe("ThresholdedRelu(x) {alpha=0.0}").isHomogeneous(0)).isTrue();
        assertThat(probe("ThresholdedRelu(x) {alpha=0.5}").isHomogeneous(0)).isFalse();
    }

    @Test
    void whatDividesByZeroDoesNotTrain() {
        assertThat(trains("y = Celu(x) {alpha=0.0}")).isFalse();
        assertThat(trains("y = Celu(x) {alpha=-1.0}")).isTrue();
        assertThat(trains("y = Elu(x) {alpha=0.0}")).isTrue();
    }

    private static boolean trains(String call) {
        return OperatorProbe.of("graph (x: float[N,4,2]) -> (y)\n" + call).trains();
    }

    @ParameterizedTest
    @CsvSource({
        "Celu, UNCHANGED_7_TO_13, true",
        "Celu, FLOAT16, false",
        "Elu, FLOAT16, true",
        "Mish, UNCHANGED_13_TO_21, true",
        "Softsign, FLOAT16, false",
        "Softplus, FLOAT16, true",
        "Swish, UNCHANGED_13_TO_21, false"
    })
    void eachHasTraitsOfItsOwn(String type, Trait trait, boolean holds) {
        Operator operator =
                Operators.of(Node.of("n", type, List.of("x"), List.of("y"), Attributes.NONE))
                        .orElseThrow();
        assertThat(operator.traits().contains(trait)).isEqualTo(holds);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Elu(x) {alpha=1}       | attribute alpha is of another kind",
                "Selu(x) {gamma=\"a\"}  | attribute gamma is of another kind",
                "Mish()                 | has no input 0",
                "Softplus(x, x)         | has 2 inputs, expected at most 1",
            })
    void whatNoRuntimeRunsIsRefused(String node, String message) {
        assertThatThrownBy(() -> probe(node))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining(message);
    }
}
