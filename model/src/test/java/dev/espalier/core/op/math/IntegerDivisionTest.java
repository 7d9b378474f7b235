package dev.espalier.core.op.math;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.analysis.ShapeInference;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.testkit.OperatorExamples;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Divisions that stop a processor are refused; Div and Mod have the same rule. */
@OperatorExamples(
        given =
                """
                graph (x: float[2,3]) -> (y)
                c: float[3] = seed(1)
                """,
        calls = {"y = Mod(x, c) {fmod=1}"})
@OperatorExamples(
        given =
                """
                graph (i: int64[2,3]) -> (y)
                j: int64[3] = [2, -3, 4]
                """,
        calls = {"y = Mod(i, j)", "y = Div(i, j)"},
        withoutSlope = "is of whole numbers")
class IntegerDivisionTest {
    private static Model constants(String operator, String type, String a, String b) {
        return GraphText.parse(
                """
                graph () -> (y)
                a: %s[2] = [%s, 7]
                b: %s[2] = [%s, 2]
                y = %s(a, b)
                """
                        .formatted(type, a, type, b, operator));
    }

    @ParameterizedTest
    @CsvSource({"int8, -128", "int16, -32768", "int32, -2147483648", "int64, -9223372036854775808"})
    void theLeastNumberIsNotDividedByMinusOne(String type, String least) {
        for (String operator : new String[] {"Div", "Mod"}) {
            Model model = constants(operator, type, least, "-1");

            assertThatThrownBy(() -> ShapeInference.of(model))
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageContaining(operator + " 'y': divides " + least);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"int8", "uint8", "int16", "int32", "int64", "uint32", "uint64"})
    void nothingIsDividedByZero(String type) {
        for (String operator : new String[] {"Div", "Mod"}) {
            Model model =
                    GraphText.parse(
                            """
                            graph (x: %s[N]) -> (y)
                            b: %s[2] = [1, 0]
                            y = %s(x, b)
                            """
                                    .formatted(type, type, operator));

            assertThatThrownBy(() -> ShapeInference.of(model))
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageContaining("divides integers by 0");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "int8, -127, -1",
        "int64, -9223372036854775808, 2",
        "uint8, 128, 255",
        "float, 1, 0"
    })
    void otherDivisionsAreFine(String type, String a, String b) {
        for (String operator : new String[] {"Div", "Mod"}) {
            assertThat(ShapeInference.of(constants(operator, type, a, b)).type("y")).isPresent();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Div", "Mod"})
    void onlyNumbersThatMeetAreDivided(String operator) {
        Model model =
                GraphText.parse(
                        """
                        graph () -> (y)
                        a: int8[2] = [-128, 3]
                        b: int8[2] = [2, -1]
                        y = %s(a, b)
                        """
                                .formatted(operator));

        assertThat(ShapeInference.of(model).type("y")).isPresent();
    }
}
