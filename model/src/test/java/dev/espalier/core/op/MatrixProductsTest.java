package dev.espalier.core.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.op.math.Gemm;
import dev.espalier.core.op.math.MatMul;
import dev.espalier.testkit.OperatorExamples;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@link Gemm} and {@link MatMul}. */
@OperatorExamples(
        given =
                """
                graph (x: float[3,4], z: float[2,3,4]) -> (y)
                w: float[4,5] = seed(1)
                t: float[5,4] = seed(2)
                b: float[5] = seed(3)
                """,
        calls = {
            "y = MatMul(x, w)",
            "y = MatMul(z, w)",
            "y = Gemm(x, w, b)",
            "y = Gemm(x, t, b) {transB=1, alpha=0.5, beta=2.0}"
        })
class MatrixProductsTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0, '2,3', '3,5'",
        "0, 1, '2,3', '5,3'",
        "1, 0, '3,2', '3,5'",
        "1, 1, '3,2', '5,3'"
    })
    void gemmKnowsItsAxesUnderEveryTransposition(int transA, int transB, String a, String b) {
        OperatorProbe gemm =
                OperatorProbe.of(
                                """
                                graph g (a: float[%s]) -> (y)
                                b: float[%s] = seed(1)
                                c: float[5] = seed(2)
                                y = Gemm(a, b, c) {transA=%d, transB=%d}
                                """
                                        .formatted(a, b, transA, transB))
                        .linked();

        assertThat(gemm.types()).containsExactly("float[2,5]");
        assertThat(gemm.macs()).isEqualTo(2 * 5 * 3);
        assertThat(gemm.partners("a", 1 - transA, 2)).containsExactly("b." + transB + ".2");
        assertThat(gemm.partners("y", 1, 4)).containsExactly("b." + (1 - transB) + ".4", "c.0.4");
    }

    @Test
    void matMulBroadcastsItsLeadingAxes() {
        OperatorProbe product =
                OperatorProbe.of(
                                """
                                graph g (a: float[7,1,2,3], b: float[4,3,5]) -> (y)
                                y = MatMul(a, b)
                                """)
                        .linked();

        assertThat(product.types()).containsExactly("float[7,4,2,5]");
        assertThat(product.macs()).isEqualTo(7 * 4 * 2 * 5 * 3);
        assertThat(product.partners("a", 3, 1)).containsExactly("b.1.1");
        assertThat(product.partners("b", 0, 3)).containsExactly("y.1.3");
        assertThat(product.isFree("a", 1)).isFalse();
    }

    @Test
    void aVectorHasNoAxisInTheResult() {
        OperatorProbe product =
                OperatorProbe.of(
                                """
                                graph g (a: float[4,3], b: float[3]) -> (y)
                                y = MatMul(a, b)
                                """)
                        .linked();

        assertThat(product.types()).containsExactly("float[4]");
        assertThat(product.partners("a", 0, 2)).containsExactly("y.0.2");
        assertThat(product.partners("a", 1, 2)).containsExactly("b.0.2");
    }

    @Test
    void sizesThatDoNotFitAreRefusedWithTheShapes() {
        String text =
                """
                graph g (a: float[2,3], b: float[4,5]) -> (y)
                y = %s(a, b)
                """;

        for (String type : new String[] {"Gemm", "MatMul"}) {
            assertThatThrownBy(() -> OperatorProbe.of(text.formatted(type)))
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageContaining(type + " 'y'")
                    .hasMessageContaining("[2,3] and [4,5] cannot be multiplied");
        }
    }
}
