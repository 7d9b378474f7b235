package dev.espalier.quantize.saturation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.ir.GraphText;
import dev.espalier.quantize.Runners;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SaturationProofTest {
    private static SaturationProof proof(String text) {
        return SaturationProof.of(GraphText.parse(text), Runners.PLAIN);
    }

    private static final String CONV =
            """
            opset 13
            graph (x: %s[N,4,5,5]) -> (y)
            one: float[] = 1
            z: %s[] = 0
            wz: %s[] = 0
            w: %s[%s] = fill(%d)
            y = QLinearConv(x, one, z, w, one, wz, one, z) {group=%d} as layer
            """;

    /** What saturates are unsigned times signed bytes, two and more weights of a filter. */
    @ParameterizedTest
    @CsvSource({
        // x, w, shape, weight, groups, saturable channels
        "uint8, int8, '8,4,1,1', 127, 1, 8",
        "uint8, int8, '8,4,1,1', 64, 1, 0",
        "uint8, int8, '8,2,3,3', 65, 2, 8",
        "uint8, int8, '4,1,3,3', 127, 4, 0",
        "uint8, int8, '8,1,3,3', 127, 4, 8",
        "uint8, uint8, '8,4,1,1', 255, 1, 0",
        "int8, int8, '8,4,1,1', 127, 1, 0",
    })
    void operatorsOfIntegersAreSeen(
            String x, String w, String shape, int weight, int groups, int saturable) {
        SaturationProof proof = proof(CONV.formatted(x, x, w, w, shape, weight, groups));

        assertThat(proof.verdicts()).hasSize(1);
        assertThat(proof.verdicts().get(0).saturable()).isEqualTo(saturable);
        assertThat(proof.isComplete()).isEqualTo(saturable == 0);
    }

    @Test
    void weightsMadeAtRunTimeAreUnprovedUnlessTheyAreUnsigned() {
        String text =
                """
                opset 13
                graph (x: uint8[4,4], w: %s[4,4]) -> (y: int32[4,4])
                y = MatMulInteger(x, w) as product
                """;

        assertThat(proof(text.formatted("uint8")).isComplete()).isTrue();
        SaturationProof unknown = proof(text.formatted("int8"));
        assertThat(unknown.isComplete()).isFalse();
        assertThat(unknown.unproved().get(0).unproved()).contains("computed at run time");
        assertThat(unknown.toString()).contains("it is not known: MatMulInteger 'product'");
    }

    /** Weights as they are read, not as they are stored. */
    @Test
    void weightsThatDependOnConstantsAreComputed() {
        SaturationProof proof =
                proof(
                        """
                        opset 13
                        graph (x: uint8[4,4]) -> (y: int32[4,2])
                        half: int8[2,2] = fill(127)
                        w = Concat(half, half) {axis=0}
                        y = MatMulInteger(x, w)
                        """);

        assertThat(proof.saturable()).hasSize(1);
    }

    @Test
    void layersInsideOfABranchAreNamedAndNotProved() {
        SaturationProof proof =
                proof(
                        """
                        opset 13
                        graph (c: bool[], x: uint8[4,4]) -> (y: int32[4,4])
                        y = If(c) {then_branch=graph () -> (a: int32[4,4]) {
                          w: int8[4,4] = fill(1)
                          a = MatMulInteger(x, w) as inner
                        }, else_branch=graph () -> (b: int32[4,4]) {
                          v: int32[4,4] = fill(1)
                          b = Identity(v)
                        }} as choice
                        """);

        assertThat(proof.isComplete()).isFalse();
        assertThat(proof.unproved().get(0).layer()).contains("inner");
        assertThat(proof.unproved().get(0).unproved()).contains("If 'choice'");
    }

    @Test
    void aFloatModelHasNothingToProve() {
        assertThat(proof("opset 13\ngraph (x: float[2]) -> (y)\ny = Relu(x)\n").hasLayers())
                .isFalse();
    }
}
