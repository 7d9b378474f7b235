package dev.espalier.core.op;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.ir.Attributes;
import dev.espalier.core.ir.Node;
import dev.espalier.core.op.spec.Operator;
import dev.espalier.core.op.spec.Trait;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class TraitTest {
    private static Node node(String domain, String type) {
        Node node = Node.of("n", type, List.of("x"), List.of("y"), Attributes.NONE);
        return new Node(
                node.name(),
                domain,
                type,
                "",
                node.inputs(),
                node.outputs(),
                node.attributes(),
                node.extras());
    }

    @ParameterizedTest
    @CsvSource({
        "Conv, UNCHANGED_7_TO_13, true",
        "Abs, UNCHANGED_7_TO_13, true",
        "Clip, UNCHANGED_7_TO_13, false",
        "Clip, UNCHANGED_13_TO_21, true",
        "ReduceMean, UNCHANGED_13_TO_21, false",
        "ReduceMax, UNCHANGED_13_TO_21, false",
        "Split, UNCHANGED_7_TO_13, false",
        "BatchNormalization, UNCHANGED_7_TO_13, false",
        "GatherND, UNCHANGED_7_TO_13, true",
        "RoiAlign, UNCHANGED_13_TO_21, false",
        "Greater, FLOAT16, false",
        "Relu, FLOAT16, true",
        "Resize, FLOAT16, false",
        "Flatten, REARRANGES, true",
        "Slice, REARRANGES, false",
        "Slice, SELECTS, true",
        "Concat, JOINS, true",
        "Cast, RETYPES, true",
        "Sigmoid, PIECEWISE_LINEAR, false",
        "Relu, LIMITS, true",
        "LeakyRelu, LIMITS, false",
        "Sigmoid, SATURATES, true",
        "Sigmoid, UNCHANGED_7_TO_13, true",
        "Relu, SATURATES, false",
        "Size, MEASURES, true",
        "Mod, DIVIDES, true",
        "Mul, DIVIDES, false",
        "DequantizeLinear, QUANTIZES, true",
        "QLinearConv, QUANTIZES, false",
        "QLinearConv, QUANTIZED, true",
        "LSTM, MATRIX_PRODUCT, true"
    })
    void holdsOfTheStandardOperator(String type, Trait trait, boolean holds) {
        assertThat(Operators.has(node("", type), trait)).isEqualTo(holds);
        assertThat(Operators.has(node("ai.onnx", type), trait)).isEqualTo(holds);
    }

    @ParameterizedTest
    @EnumSource(Trait.class)
    void nothingIsSaidOfAnOperatorThatNobodyKnows(Trait trait) {
        assertThat(Operators.has(node("", "Unheard"), trait)).isFalse();
        assertThat(Operators.has(node("other", "Relu"), trait)).isFalse();
    }

    @Test
    void theRuntimesOwnOperatorsHaveTraitsInTheirDomain() {
        Node node = node("com.microsoft", "QAttention");
        assertThat(Operators.hasAny(node, Trait.QUANTIZED)).isTrue();
        assertThat(Operators.hasAny(node("", "QAttention"), Trait.QUANTIZED)).isFalse();
    }

    @Test
    void anOperatorIsDescribedOnceOnly() {
        for (Operator operator : Operators.all()) {
            String key =
                    operator.domain().isEmpty()
                            ? operator.type()
                            : operator.domain() + "::" + operator.type();
            assertThat(Undescribed.traits(key)).as(key).isEmpty();
        }
    }
}
