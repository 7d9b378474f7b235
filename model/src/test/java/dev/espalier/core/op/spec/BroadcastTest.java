package dev.espalier.core.op.spec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.op.OperatorProbe;
import dev.espalier.testkit.OperatorExamples;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@OperatorExamples(
        given =
                """
                graph (x: float[2,4,3], z: float[4,1]) -> (y)
                c: float[3] = seed(1)
                two: float[] = 2
                four: int64[3] = [2, 4, 3]
                mask: bool[4,1] = [true, false, false, true]
                """,
        calls = {
            "y = Add(x, z)",
            "y = Sub(z, x)",
            "y = Mul(x, z)",
            "y = Div(x, c)",
            "y = PRelu(x, z)",
            "y = Where(mask, x, z)",
            "y = Expand(z, four)"
        })
@OperatorExamples(
        given =
                """
                graph (x: float[2,3]) -> (y)
                two: float[] = 2
                """,
        calls = {"y = Pow(x, two)"},
        withoutSlope = "has no slope at 0, where ONNX's cases are; its formula is compared")
@OperatorExamples(
        given =
                """
                graph (i: int64[2,4], j: int64[4]) -> (y)
                """,
        calls = {
            "y = Equal(i, j)",
            "y = Greater(i, j)",
            "y = GreaterOrEqual(i, j)",
            "y = Less(i, j)",
            "y = LessOrEqual(i, j)"
        },
        withoutSlope = "gives truth values")
class BroadcastTest {
    @ParameterizedTest
    @CsvSource({"'4,1,1', 0", "'1,4,1,1', 1"})
    void aConstantOfOneNumberAChannelGoesWithTheChannels(String shape, int axis) {
        OperatorProbe add =
                OperatorProbe.of(
                                """
                                graph g (x: float[N,4,8,8]) -> (y)
                                c: float[%s] = seed(1)
                                y = Add(x, c)
                                """
                                        .formatted(shape))
                        .linked();

        assertThat(add.types()).containsExactly("float[N,4,8,8]");
        assertThat(add.partners("c", axis, 3)).containsExactly("x.1.3", "y.1.3");
        assertThat(add.isFree("c", axis + 1)).isFalse();
        assertThat(add.isFree("y", 2)).isTrue();
    }

    @Test
    void aResidualTiesBothBranches() {
        OperatorProbe add =
                OperatorProbe.of(
                                """
                                graph g (a: float[N,4,8,8], b: float[N,4,8,8]) -> (y)
                                y = Add(a, b)
                                """)
                        .linked();

        assertThat(add.partners("a", 1, 0)).containsExactly("b.1.0", "y.1.0");
    }

    @Test
    void oneMapForAllChannelsGoesWithNone() {
        OperatorProbe mul =
                OperatorProbe.of(
                                """
                                graph g (x: float[1,4,8,8], gate: float[1,1,8,8]) -> (y)
                                y = Mul(x, gate)
                                """)
                        .linked();

        assertThat(mul.partners("x", 1, 0)).containsExactly("y.1.0");
        assertThat(mul.isFree("gate", 1)).isFalse();
    }
}
