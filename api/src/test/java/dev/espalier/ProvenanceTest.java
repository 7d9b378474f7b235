package dev.espalier;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProvenanceTest {
    private static Model model(int opset, int irVersion, String call) {
        Model parsed =
                GraphText.parse(
                        """
                        opset %d
                        opset com.microsoft 1
                        graph (x: float[2,2], c: uint8[2,1,16], s: float[2,1], z: uint8[2,1]) -> (y)
                        q: int4[2,2] = seed(1)
                        b: int8[2,2] = seed(1)
                        y = %s
                        """
                                .formatted(opset, call));
        return parsed.withIrVersion(irVersion);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "13; 7; Relu(x); 1.6",
                "13; 8; Relu(x); 1.9",
                "17; 8; Relu(x); 1.12",
                "21; 10; Relu(x); 1.18",
                "21; 10; Cast(q) {to=3}; 1.23",
                "21; 10; Cast(b) {to=1}; 1.18",
                "13; 7; com.microsoft::MatMulNBits(x, c, s) {bits=4}; 1.17",
                "13; 7; com.microsoft::MatMulNBits(x, c, s) {bits=8}; 1.22",
                "21; 10; com.microsoft::MatMulNBits(x, c, s) {bits=4}; 1.18",
                "13; 7; com.microsoft::GatherBlockQuantized(c, x, s) {bits=4}; 1.22",
                "13; 7; com.microsoft::GatherBlockQuantized(c, x, s, z) {bits=4}; 1.23",
                "13; 7; com.microsoft::GatherBlockQuantized(c, x, s) {bits=8}; 1.23"
            })
    void theLowestRuntimeKnowsOperatorSetFormatAndItsOwnOperators(
            int opset, int irVersion, String call, String lowest) {
        assertThat(Provenance.lowestRuntime(model(opset, irVersion, call))).isEqualTo(lowest);
    }
}
