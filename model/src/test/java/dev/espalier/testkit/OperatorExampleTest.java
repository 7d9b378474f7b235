package dev.espalier.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.ir.Dim;
import dev.espalier.core.op.Operators;
import dev.espalier.core.op.spec.Operator;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class OperatorExampleTest {
    static List<OperatorExample> examples() {
        return OperatorExample.all();
    }

    @Test
    void everyOperatorHasAnExample() {
        TreeSet<String> without = new TreeSet<>();
        Operators.all().forEach(operator -> without.add(name(operator)));
        examples().forEach(example -> without.remove(name(example.operator())));
        assertThat(without)
                .as("operators without @OperatorExamples at a test; see docs/adding-an-operator.md")
                .isEmpty();
    }

    private static String name(Operator operator) {
        return operator.domain() + "::" + operator.type();
    }

    @ParameterizedTest
    @MethodSource("examples")
    void anExampleIsOneNodeOfFixedShapes(OperatorExample example) {
        assertThat(example.model().graph().nodes()).hasSize(1);
        assertThat(
                        example.feeds().values().stream()
                                .flatMap(tensor -> tensor.shape().dims().stream()))
                .allMatch(Dim::isFixed);
    }

    @Test
    void whatAnExampleIsFedIsTheSameEachTimeAndBound() {
        OperatorExample example = examples().get(0);
        assertThat(example.feeds()).isEqualTo(example.feeds()).isNotEmpty();
        assertThat(example.bound().graph().feeds()).isEmpty();
        example.feeds()
                .forEach(
                        (name, tensor) ->
                                assertThat(example.bound().graph().constant(name))
                                        .contains(tensor));
    }
}
