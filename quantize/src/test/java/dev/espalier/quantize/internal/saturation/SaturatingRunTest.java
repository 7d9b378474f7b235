package dev.espalier.quantize.internal.saturation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.espalier.core.data.ModelRunner;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.Value;
import dev.espalier.core.recipe.Options;
import dev.espalier.quantize.Quantize;
import dev.espalier.quantize.QuantizeDynamic;
import dev.espalier.quantize.Runners;
import dev.espalier.quantize.option.Calibration;
import dev.espalier.quantize.option.Integers;
import dev.espalier.quantize.option.KeepFloat;
import dev.espalier.quantize.option.Target;
import dev.espalier.testkit.RandomGraphs;
import dev.espalier.testkit.pass.RandomSamples;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

public class SaturatingRunTest {
    public static final ModelRunner RUNNER = Runners.PLAIN;

    /** Of floats that a product ends in, the last digit is the runtime's. */
    private static final float LAST_DIGIT = 1e-6f;

    public static Model quantized(Model model, Integers integers) {
        return Options.defaults(Quantize.class)
                .withCalibration(Calibration.MIN_MAX)
                .withIntegers(integers)
                .withKeepFloat(
                        Options.defaults(KeepFloat.class)
                                .withFarRanges(false)
                                .withSlower(false)
                                .withSeconds(0))
                .apply(model, RandomSamples.context(model, RUNNER));
    }

    private static final String PRODUCTS =
            """
            opset 13
            graph (x: float[N,24]) -> (y: float[N,10])
            w: float[24,33] = seed(1)
            b: float[33] = seed(2)
            v: float[10,33] = seed(3)
            c: float[10] = seed(4)
            m = MatMul(x, w)
            a = Add(m, b)
            r = Relu(a)
            y = Gemm(r, v, c) {transB=1}
            """;

    private static final String ROWS =
            """
            opset 13
            graph (x: float[N,5,24]) -> (y)
            w: float[16,5,3] = seed(1)
            b: float[16] = seed(2)
            v: float[8,16,4] = seed(3)
            c = Conv(x, w, b) {pads=[2,1], strides=[2], dilations=[1]}
            r = Relu(c)
            y = Conv(r, v) {auto_pad="SAME_UPPER"}
            """;

    private static final String MULTIPLIER =
            """
            opset 13
            graph (x: float[N,6,9,9]) -> (y)
            w: float[24,1,3,3] = seed(1)
            b: float[24] = seed(2)
            v: float[24,1,3,3] = seed(3)
            c = Conv(x, w, b) {group=6, pads=[1,1,1,1]}
            r = Relu(c)
            y = Conv(r, v) {group=24, pads=[1,1,1,1]}
            """;

    private static final String FOLDED =
            """
            opset 13
            graph (x: float[N,3,16,16]) -> (y)
            w: float[16,3,3,3] = seed(1)
            b: float[16] = seed(2)
            v: float[16,16,3,3] = seed(3)
            u: float[8,16,3,3] = seed(4)
            c = Conv(x, w, b) {pads=[1,1,1,1]}
            r = Relu(c)
            d = Conv(r, v) {pads=[1,1,1,1]}
            q = Relu(d)
            y = Conv(q, u) {pads=[1,1,1,1]}
            """;

    /** Every writer's file, in every form that it can have. */
    static Stream<Arguments> files() {
        Stream<Arguments> statics =
                Stream.of(PRODUCTS, ROWS, MULTIPLIER, FOLDED)
                        .map(GraphText::parse)
                        .flatMap(model -> forms().map(form -> Arguments.of(model, form)));
        Stream<Arguments> random =
                IntStream.rangeClosed(1, 6)
                        .mapToObj(
                                seed ->
                                        Arguments.of(
                                                RandomGraphs.cnn(seed),
                                                Options.defaults(Integers.class)));
        return Stream.concat(statics, random);
    }

    /** Signed activations are computed in 32 bits or as unsigned ones, as the runtime pleases. */
    static Stream<Arguments> unsigned() {
        return files().filter(
                        file -> ((Integers) file.get()[1]).activations().name().startsWith("U8"));
    }

    private static Stream<Integers> forms() {
        return Stream.of(Integers.Format.values())
                .flatMap(
                        format ->
                                Stream.of(Integers.Activations.values())
                                        .map(
                                                Options.defaults(Integers.class).withFormat(format)
                                                        ::withActivations))
                .flatMap(form -> Stream.of(form, form.withPerChannel(false)));
    }

    private static List<String> outputs(Model model) {
        return model.graph().outputs().stream().map(Value::name).toList();
    }

    private static Map<String, Tensor> inputs(Model model) {
        return RandomSamples.of(model, 8).batch(IntStream.range(0, 8).toArray()).inputs();
    }

    /** Saturating arithmetic, exact arithmetic and the machine at hand give the same bits. */
    private static void requireSame(Model made, Map<String, Tensor> inputs) {
        SaturationProof proof = SaturationProof.of(made, RUNNER);
        assertThat(proof.verdicts()).isNotEmpty();
        assertThat(proof.isComplete()).as(proof.toString()).isTrue();
        try (SaturatingRun run = new SaturatingRun(made, outputs(made), true, RUNNER);
                ModelRunner.Session here = RUNNER.open(made);
                ModelRunner.Session exact = Runners.EXACT.open(made)) {
            assertThat(run.whole()).isEmpty();
            Map<String, Tensor> expected = exact.run(inputs);
            assertThat(here.run(inputs)).isEqualTo(expected);
            assertNearlyAllAlike(run.run(inputs), expected);
            assertThat(run.saturatedShare()).isZero();
        }
    }

    private static void assertAlike(Map<String, Tensor> found, Map<String, Tensor> expected) {
        float[] y = numbers(expected);
        assertThat(numbers(found)).containsExactly(y, within(LAST_DIGIT * most(y)));
    }

    /**
     * Where a float decides between two integers, its last digit may decide otherwise: then what
     * one byte of a layer makes is a step off, and all the rest is equal.
     */
    private static void assertNearlyAllAlike(
            Map<String, Tensor> found, Map<String, Tensor> expected) {
        float[] y = numbers(expected);
        float[] z = numbers(found);
        float lastDigit = LAST_DIGIT * most(y);
        long off =
                IntStream.range(0, y.length).filter(i -> Math.abs(y[i] - z[i]) > lastDigit).count();
        assertThat(off).isLessThanOrEqualTo(y.length / 4);
        assertThat(z).containsExactly(y, within(0.02f * most(y)));
    }

    private static float[] numbers(Map<String, Tensor> outputs) {
        return outputs.values().iterator().next().toFloats();
    }

    private static float most(float[] values) {
        float most = 0;
        for (float value : values) {
            most = Math.max(most, Math.abs(value));
        }
        return most;
    }

    @ParameterizedTest
    @MethodSource("files")
    void noSumOfAFileForAnyCpuSaturates(Model model, Integers integers) {
        requireSame(quantized(model, integers), inputs(model));
    }

    @ParameterizedTest
    @MethodSource("unsigned")
    void theEmulationGivesTheBitsOfACpuThatSaturates(Model model, Integers integers) {
        assumeThat(Target.addsExactly(RUNNER)).as("sums are exact on this CPU").isFalse();
        Model made = quantized(model, integers.withTarget(Target.VNNI));
        Map<String, Tensor> inputs = inputs(model);

        try (SaturatingRun run = new SaturatingRun(made, RUNNER);
                ModelRunner.Session here = RUNNER.open(made)) {
            assertAlike(run.run(inputs), here.run(inputs));
        }
    }

    @ParameterizedTest
    @MethodSource("unsigned")
    void exactSumsAreThoseOfARuntimeThatIsAskedForThem(Model model, Integers integers) {
        Model made = quantized(model, integers.withTarget(Target.VNNI));
        Map<String, Tensor> inputs = inputs(model);

        try (ModelRunner.Session exact = RUNNER.open(SumsGraph.of(made, true, RUNNER).model());
                ModelRunner.Session asked = Runners.EXACT.open(made)) {
            assertAlike(exact.run(inputs), asked.run(inputs));
        }
    }

    @ParameterizedTest
    @org.junit.jupiter.params.provider.ValueSource(booleans = {true, false})
    void dynamicRangesDoNotSaturateEither(boolean perChannel) {
        Model model = GraphText.parse(PRODUCTS);
        Model made =
                Options.defaults(QuantizeDynamic.class)
                        .withPerChannel(perChannel)
                        .apply(model, RandomSamples.context(model, RUNNER));

        requireSame(made, inputs(model));
    }

    /** One pixel, four channels with the greatest bytes: the sums can be done by hand. */
    @Test
    void theSumsOfNeighbouringChannelsSaturate() {
        Model model =
                GraphText.parse(
                        """
                        opset 13
                        graph (x: uint8[1,4,1,1]) -> (y: float[1,2,1,1])
                        one: float[] = 1
                        zero: uint8[] = 0
                        w: int8[2,4,1,1] = [127, 127, 100, -100, 127, -127, 60, 60]
                        ws: float[2] = [1, 0.5]
                        wz: int8[2] = [0, 0]
                        b: int32[2] = [10, 20]
                        bs: float[2] = [1, 0.5]
                        a = DequantizeLinear(x, one, zero)
                        v = DequantizeLinear(w, ws, wz) {axis=0}
                        c = DequantizeLinear(b, bs) {axis=0}
                        y = Conv(a, v, c)
                        """);
        Tensor x = Tensor.ofIntegers(DataType.UINT8, Shape.of(1, 4, 1, 1), 255, 200, 255, 255);

        try (SaturatingRun run = new SaturatingRun(model, RUNNER)) {
            assertThat(run.layers()).isEqualTo(1);
            // 255 * 127 + 200 * 127 = 57785 becomes 32767; 255 * 100 - 255 * 100 = 0.
            // 255 * 127 - 200 * 127 = 6985; 255 * 60 + 255 * 60 = 30600.
            assertThat(run.run(Map.of("x", x)).get("y").toFloats())
                    .containsExactly(32767 + 10, (6985 + 30600 + 20) * 0.5f);
            assertThat(run.saturatedShare()).isEqualTo(0.5);
        }
    }
}
