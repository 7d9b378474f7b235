package dev.espalier.quantize.internal.saturation;

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

    @ParameterizedTest
    @CsvSource({"int8, 32", "uint8, 16", "float, 16"})
    void theSecondWeightOfALayerWithStateCountsWhereItIsOfSignedBytes(String state, int channels) {
        SaturationProof proof =
                proof(
                        """
                        opset 13
                        graph (x: float[3,2,4]) -> (y)
                        w: int8[1,4,16] = fill(1)
                        r: %s[1,4,16] = fill(1)
                        s: float[1] = [1]
                        z: int8[1] = [0]
                        y = com.microsoft::DynamicQuantizeLSTM(x, w, r, "", "", "", "", "", s, z, s, z) \
                        {hidden_size=4} as layer
                        """
                                .formatted(state));

        assertThat(proof.verdicts().get(0).channels()).isEqualTo(channels);
        assertThat(proof.isComplete()).isTrue();
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

    /** A branch reads what is made around it, and that is computed with it. */
    @ParameterizedTest
    @CsvSource({"true, 127, 1", "true, 1, 0", "false, 127, 0"})
    void weightsThatABranchTakesFromAroundItAreComputed(boolean choice, int value, int saturable) {
        SaturationProof proof =
                proof(
                        """
                        opset 13
                        graph (x: uint8[4,4]) -> (y: int32[4,2])
                        choice: bool[] = %s
                        half: int8[2,2] = fill(%s)
                        none: int8[4,2] = fill(0)
                        whole = Concat(half, half) {axis=0}
                        w = If(choice) {then_branch=graph t () -> (a: int8[4,2]) {
                          a = Identity(whole)
                        }, else_branch=graph e () -> (b: int8[4,2]) {
                          b = Identity(none)
                        }}
                        y = MatMulInteger(x, w)
                        """
                                .formatted(choice ? 1 : 0, value));

        assertThat(proof.verdicts().get(0).unproved()).isEmpty();
        assertThat(proof.saturable()).hasSize(saturable);
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
