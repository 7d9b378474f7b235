package dev.espalier.quantize.internal.repair;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Node;
import dev.espalier.runtime.OptimizedGraph;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Why weights of four bits are stored with a Cast behind them, or as bytes. */
class FourBitStorageTest {
    private static List<String> fused(String weight) {
        return OptimizedGraph.of(
                        GraphText.parse(
                                """
                                opset 21
                                graph (x: uint8[1,8,6,6]) -> (y: uint8[1,8,4,4])
                                s: float[] = 0.1
                                z: uint8[] = 0
                                ws: float[] = 0.1
                                %s
                                xf = DequantizeLinear(x, s, z)
                                c = Conv(xf, w)
                                y = QuantizeLinear(c, s, z)
                                """
                                        .formatted(weight)))
                .graph()
                .nodes()
                .stream()
                .map(Node::opType)
                .toList();
    }

    @Test
    void bytesAreFused() {
        assertThat(fused("q: int8[8,8,3,3] = seed(1)\n w = DequantizeLinear(q, ws)"))
                .contains("QLinearConv");
    }

    @Test
    void fourBitIntegersAreNot() {
        assertThat(fused("q: int4[8,8,3,3] = seed(1)\n w = DequantizeLinear(q, ws)"))
                .doesNotContain("QLinearConv");
    }

    /** Constants are computed before fusions are looked for. */
    @Test
    void fourBitIntegersThatAreCastToBytesAreFused() {
        assertThat(
                        fused(
                                """
                                q: int4[8,8,3,3] = seed(1)
                                b = Cast(q) {to=3}
                                w = DequantizeLinear(b, ws)
                                """))
                .contains("QLinearConv");
    }
}
