package dev.espalier.core.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NumberTableTest {
    private static final Model FLOAT =
            GraphText.parse(
                    """
                    opset 13
                    graph (x: float[N,4,4,4]) -> (y)
                    w: float[4,4,1,1] = seed(1)
                    c = Conv(x, w)
                    y = Flatten(c)
                    """);

    private static final Model INTEGERS =
            GraphText.parse(
                    """
                    opset 13
                    graph (x: float[N,4,4,4]) -> (y)
                    x_s: float[] = 0.5
                    zp: uint8[] = 128
                    c_s: float[] = 0.25
                    zs: int8[] = -128
                    w: float[4,4,1,1] = seed(1)
                    x_q = QuantizeLinear(x, x_s, zp)
                    x_dq = DequantizeLinear(x_q, x_s, zp)
                    t1 = Conv(x_dq, w)
                    c_q = QuantizeLinear(t1, c_s, zs)
                    y_q = Flatten(c_q)
                    y = DequantizeLinear(y_q, c_s, zs)
                    """);

    @Test
    void bytesAreCountedByTypeWithTheRestOfTheFile() {
        NumberReport report = NumberTable.of(FLOAT, 100, INTEGERS, 200, Map.of());

        assertThat(report.types())
                .containsExactly(
                        new NumberReport.TypeBytes("structure", 36, 126),
                        new NumberReport.TypeBytes("FLOAT", 64, 72),
                        new NumberReport.TypeBytes("INT8", 0, 1),
                        new NumberReport.TypeBytes("UINT8", 0, 1));
    }

    @Test
    void rangesAreThoseOfTheGridsUnderTheFloatValuesNames() {
        NumberReport report = NumberTable.of(FLOAT, 100, INTEGERS, 200, Map.of("y", 33.0));

        assertThat(report.values())
                .containsExactly(
                        new NumberReport.QuantizedValue("x", -64, 63.5, Double.NaN),
                        new NumberReport.QuantizedValue("y", 0, 63.75, 33.0));
    }

    @ParameterizedTest
    @CsvSource({"'', ' = 0'", "1, ' = [0]'", "0, ''"})
    void onlyGridsOfOneByteAreListed(String zeros, String value) {
        for (String type : List.of("uint8", "int16", "uint16", "int4")) {
            Model model =
                    GraphText.parse(
                            """
                            graph (x: float[N,4]) -> (y)
                            s: float[] = 0.5
                            z: %s[%s]%s
                            q = QuantizeLinear(x, s, z)
                            y = DequantizeLinear(q, s, z)
                            """
                                    .formatted(type, zeros, value));
            NumberReport report = NumberTable.of(FLOAT, 100, model, 100, Map.of());

            assertThat(report.values()).hasSize(type.equals("uint8") && !zeros.equals("0") ? 1 : 0);
        }
    }

    @Test
    void aFloatModelHasNoRanges() {
        assertThat(NumberTable.of(FLOAT, 100, FLOAT, 100, Map.of()).values()).isEqualTo(List.of());
    }
}
