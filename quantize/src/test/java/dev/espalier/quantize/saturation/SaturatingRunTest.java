package dev.espalier.quantize.saturation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.data.ModelRunner;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Tensor;
import dev.espalier.quantize.Calibration;
import dev.espalier.quantize.Integers;
import dev.espalier.quantize.KeepFloat;
import dev.espalier.quantize.Quantize;
import dev.espalier.runtime.OrtRunner;
import dev.espalier.runtime.SessionSettings;
import dev.espalier.testkit.RandomGraphs;
import dev.espalier.testkit.RandomSamples;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SaturatingRunTest {
    static final ModelRunner RUNNER =
            new OrtRunner(SessionSettings.DEFAULT.withThreads(1));

    static Model quantized(Model model, int bits) {
        Integers integers =
                new Integers(
                        Integers.Format.QDQ,
                        Integers.Activations.U8,
                        bits,
                        true,
                        Integers.Target.ANY,
                        false);
        return Quantize.int8(Calibration.MIN_MAX)
                .with(integers)
                .with(new KeepFloat(List.of(), KeepFloat.Ends.NONE, false, false, 0))
                .apply(model, RandomSamples.context(model, RUNNER));
    }

    /** With weights of 7 bits every CPU sums exactly, so that the runtime is the oracle. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void whatCannotSaturateGivesTheRuntimesOwnBits(long seed) {
        Model model = quantized(RandomGraphs.cnn(seed), 7);
        ConstantValues constants = new ConstantValues(model, RUNNER);
        List<ByteLayer> layers = ForecastSaturation.layers(model, constants);
        Map<String, Tensor> inputs =
                RandomSamples.of(model, 8).batch(IntStream.range(0, 8).toArray()).inputs();

        assertThat(layers).isNotEmpty().noneMatch(layer -> new LostSums(layer).isPossible());
        try (SaturatingRun run = new SaturatingRun(model, layers, constants, RUNNER);
                ModelRunner.Session exact = RUNNER.open(model)) {
            String output = model.graph().outputs().get(0).name();
            assertThat(run.run(inputs).get(output).toFloats())
                    .containsExactly(exact.run(inputs).get(output).toFloats());
            assertThat(run.saturatedShare()).isZero();
        }
    }

    /** One pixel, two channels with the greatest bytes: the sums can be done by hand. */
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
        ConstantValues constants = new ConstantValues(model, RUNNER);
        List<ByteLayer> layers = ForecastSaturation.layers(model, constants);
        Tensor x =
                Tensor.ofIntegers(
                        dev.espalier.core.ir.DataType.UINT8,
                        dev.espalier.core.ir.Shape.of(1, 4, 1, 1),
                        255,
                        200,
                        255,
                        255);

        assertThat(layers).hasSize(1);
        try (SaturatingRun run = new SaturatingRun(model, layers, constants, RUNNER)) {
            // 255 * 127 + 200 * 127 = 57785 becomes 32767; 255 * 100 - 255 * 100 = 0.
            // 255 * 127 - 200 * 127 = 6985; 255 * 60 + 255 * 60 = 30600.
            assertThat(run.run(Map.of("x", x)).get("y").toFloats())
                    .containsExactly(32767 + 10, (6985 + 30600 + 20) * 0.5f);
            assertThat(run.saturatedShare()).isEqualTo(0.5);
        }
    }
}
