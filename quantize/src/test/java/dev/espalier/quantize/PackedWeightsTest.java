package dev.espalier.quantize;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.analysis.Cost;
import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.recipe.Options;
import dev.espalier.quantize.option.Calibration;
import dev.espalier.quantize.option.Integers;
import dev.espalier.quantize.option.Rounding;
import dev.espalier.runtime.OptimizedGraph;
import dev.espalier.testkit.pass.PassTester;
import dev.espalier.testkit.pass.RandomSamples;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code integers: {packed: true}}: weights of 4 bits take half of a byte and compute as bytes. */
class PackedWeightsTest {
    private static final Integers PACKED = Options.defaults(Integers.class).withPacked(true);

    private static final String CONV_AND_GEMM =
            """
            opset 13
            graph (x: float[N,16,4,4]) -> (y: float[N,2])
            w: float[16,16,1,1] = seed(1)
            b: float[16] = seed(2)
            v: float[2,256] = seed(3)
            c = Conv(x, w, b)
            r = Relu(c)
            f = Flatten(r)
            y = Gemm(f, v) {transB=1}
            """;

    @Test
    void storesWeightsOfFourBitsBehindACast() {
        quantized(rounded(CONV_AND_GEMM, 4), PACKED)
                .then(
                        """
                        opset 21
                        graph (x: float[N,16,4,4]) -> (y: float[N,2])
                        x_s: float[]
                        zp136: uint8[] = 136
                        w_q: int4[16,16,1,1]
                        w_s: float[16]
                        w_z: int8[16]
                        b_q: int32[16]
                        r_s: float[]
                        zp0: uint8[] = 0
                        v_q: int4[2,256]
                        v_s: float[2]
                        v_z: int8[2] = [0, 0]
                        x_q = QuantizeLinear(x, x_s, zp136)
                        x_dq = DequantizeLinear(x_q, x_s, zp136)
                        t1 = Cast(w_q) {to=3}
                        w_dq = DequantizeLinear(t1, w_s, w_z) {axis=0}
                        t2 = Mul(x_s, w_s)
                        b_dq = DequantizeLinear(b_q, t2) {axis=0}
                        t3 = Conv(x_dq, w_dq, b_dq)
                        r_q = QuantizeLinear(t3, r_s, zp0)
                        f_q = Flatten(r_q)
                        f = DequantizeLinear(f_q, r_s, zp0)
                        t4 = Cast(v_q) {to=3}
                        v_dq = DequantizeLinear(t4, v_s, v_z) {axis=0}
                        y = Gemm(f, v_dq) {transB=1}
                        """)
                .skippedNothing()
                .noted("weights of 2 of 2 integer layers stored in 4 bits");
    }

    @ParameterizedTest
    @EnumSource(Integers.Format.class)
    void computesWhatBytesCompute(Integers.Format format) {
        // Rows of 16 pixels, so that pairs of pixels are folded into channels.
        Model model =
                rounded(
                        """
                        opset 13
                        graph (x: float[N,16,16,16]) -> (y: float[N,2])
                        w: float[16,16,3,3] = seed(1)
                        b: float[16] = seed(2)
                        v: float[2,16] = seed(3)
                        c = Conv(x, w, b) {pads=[1,1,1,1]}
                        r = Relu(c)
                        m = GlobalAveragePool(r)
                        f = Flatten(m)
                        y = Gemm(f, v) {transB=1}
                        """,
                        4);
        Integers bytes = Options.defaults(Integers.class).withFormat(format);
        Model plain = quantized(model, bytes).after();
        Model packed = quantized(model, bytes.withPacked(true)).after();

        assertThat(outputs(packed)).isEqualTo(outputs(plain));
        assertThat(OptimizedGraph.of(packed).graph().nodes().stream().map(node -> node.opType()))
                .containsExactlyElementsOf(
                        OptimizedGraph.of(plain).graph().nodes().stream()
                                .map(node -> node.opType())
                                .toList())
                .contains("QLinearConv", "QGemm")
                .doesNotContain("Cast");
        assertThat(parameters(packed)).isEqualTo(parameters(plain));
    }

    @Test
    void oneChannelOfMoreBitsKeepsItsLayerInBytes() {
        Model mixed =
                GraphText.parse(
                        """
                        opset 13
                        graph (x: float[N,2]) -> (y)
                        w: float[2,2] = [0.5, -3.5, 1, 0.3]
                        v: float[2,2] = [7, 1, 0, 0]
                        a = Gemm(x, w) {transB=1}
                        y = Gemm(a, v) {transB=1}
                        """);
        Model after =
                quantized(mixed, PACKED)
                        .noted("weights of 1 of 2 integer layers stored in 4 bits")
                        .after();

        assertThat(type(after, "w_q")).isEqualTo(DataType.INT8);
        assertThat(type(after, "v_q")).isEqualTo(DataType.INT4);
        assertThat(tensor(after, "v_q").toLongs()).containsExactly(7, 1, 0, 0);
    }

    @Test
    void weightsOfMoreBitsAreBytesInTheirOwnOperatorSet() {
        Model after =
                quantized(rounded(CONV_AND_GEMM, 5), PACKED)
                        .noted("nothing to pack: no layer has weights of 4 bits")
                        .after();

        assertThat(after.opset()).isEqualTo(13);
        assertThat(type(after, "w_q")).isEqualTo(DataType.INT8);
    }

    @Test
    void weightsOfFourBitsAreBytesUnlessPackedIsWantedWhichIsOffered() {
        Model after =
                quantized(rounded(CONV_AND_GEMM, 4), Options.defaults(Integers.class))
                        .noted("'integers: {packed: true}' stores them in half of the bytes")
                        .after();

        assertThat(after.opset()).isEqualTo(13);
        assertThat(type(after, "w_q")).isEqualTo(DataType.INT8);
    }

    @Test
    void anOperatorThatNoUpgradeKnowsKeepsBytesAndIsNamed() {
        Model model =
                rounded(
                        """
                        opset 16
                        graph (x: float[1,4,8,8]) -> (y)
                        w: float[4,4,1,1] = seed(1)
                        g: float[1,8,8,2] = seed(2)
                        c = Conv(x, w)
                        y = GridSample(c, g) as sample
                        """,
                        4);
        Model after =
                quantized(model, PACKED)
                        .skipped("stored one to a byte")
                        .skipped("may mean something else in operator set 21")
                        .after();

        assertThat(after.opset()).isEqualTo(16);
        assertThat(type(after, "w_q")).isEqualTo(DataType.INT8);
    }

    @ParameterizedTest
    @CsvSource({"2", "3", "4"})
    void fewerBitsArePackedToo(int bits) {
        Model after = quantized(rounded(CONV_AND_GEMM, bits), PACKED).after();

        assertThat(type(after, "w_q")).isEqualTo(DataType.INT4);
        assertThat(type(after, "v_q")).isEqualTo(DataType.INT4);
    }

    private static Model rounded(String text, int bits) {
        Model model = GraphText.parse(text);
        PassContext context = RandomSamples.context(model, Runners.SINGLE);
        return Options.defaults(RoundWeights.class)
                .withWeightBits(bits)
                .withRounding(Rounding.NEAREST)
                .apply(model, context);
    }

    private static PassTester.Outcome quantized(Model model, Integers integers) {
        return RandomSamples.tester(model, Runners.SINGLE)
                .when(
                        Options.defaults(Quantize.class)
                                .withCalibration(Calibration.MIN_MAX)
                                .withIntegers(integers));
    }

    private static DataType type(Model model, String constant) {
        return tensor(model, constant).dataType();
    }

    private static Tensor tensor(Model model, String constant) {
        return model.graph().initializers().get(constant).tensor();
    }

    private static long parameters(Model model) {
        return Cost.of(model, InputShapes.ofBatch(1)).parameters();
    }

    private static Tensor outputs(Model model) {
        try (var session = Runners.SINGLE.open(model)) {
            return session.run(RandomSamples.of(model, 2).batch(new int[] {0, 1}).inputs())
                    .get("y");
        }
    }
}
