package dev.espalier.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.pass.Checkpoints;
import dev.espalier.core.pass.Host;
import dev.espalier.core.pass.ModelTimer;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.recipe.Options;
import dev.espalier.quantize.option.Calibration;
import dev.espalier.testkit.pass.RandomSamples;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class MixedPrecisionTest {
    private static final Quantize INT8 =
            Options.defaults(Quantize.class).withCalibration(Calibration.MIN_MAX);

    /**
     * The weights of 'hostile' are large for an input that is next to nothing, so that the others
     * round to zero; 'tame' has nothing of the kind.
     */
    private static final Model NETWORK =
            GraphText.parse(
                    """
                    opset 13
                    graph (x: float[N,3,4,4]) -> (y: float[N,4])
                    k: float[3,1,1] = [0.001, 1, 1]
                    w: float[4,3,1,1] = [100, 0.3, -0.2, 100, -0.3, 0.1, -100, 0.2, 0.25, 100, -0.1, 0.3]
                    v: float[4,64] = seed(2)
                    m = Mul(x, k)
                    c = Conv(m, w) as hostile
                    r = Relu(c)
                    f = Flatten(r)
                    y = Gemm(f, v) {transB=1} as tame
                    """);

    private static PassContext context() {
        return RandomSamples.context(
                NETWORK, new Labelled(NETWORK, RandomSamples.of(NETWORK, 64)), Runners.SINGLE);
    }

    private static MixedPrecision pass(double maxDrop) {
        return Options.defaults(MixedPrecision.class)
                .withMaxDrop(maxDrop)
                .withSamples(64)
                .withWalkSamples(16)
                .withQuantize(INT8);
    }

    @Test
    void theLayerThatSpoilsTheOutputGoesBackAndTheOtherStays() {
        PassContext context = context();

        Model mixed = pass(5).apply(NETWORK, context);

        assertThat(mixed.graph().constant("w")).isPresent();
        assertThat(mixed.graph().constant("v")).isEmpty();
        assertThat(context.notes())
                .anyMatch(note -> note.contains("all layers in integers"))
                .anyMatch(note -> note.matches("'hostile': .*in float alone.* dB, for .* µs"))
                .anyMatch(note -> note.startsWith("'tame':"))
                .anyMatch(note -> note.startsWith("'hostile' back in float"));
    }

    @Test
    void nothingGoesBackWithinTheGoal() {
        PassContext context = context();

        Model mixed = pass(100).apply(NETWORK, context);

        assertThat(mixed.graph().constant("w")).isEmpty();
        assertThat(context.notes()).anyMatch(note -> note.contains("no layer goes back"));
    }

    @Test
    void trialsUseTheCacheAndMeasureNoLatency() {
        Map<String, byte[]> kept = new TreeMap<>();
        Checkpoints cache =
                new Checkpoints() {
                    @Override
                    public Optional<byte[]> read(String name) {
                        return Optional.ofNullable(kept.get(name));
                    }

                    @Override
                    public void write(String name, byte[] content) {
                        kept.put(name, content);
                    }
                };
        AtomicInteger measured = new AtomicInteger();
        ModelTimer timer =
                (models, seconds) -> {
                    measured.incrementAndGet();
                    return List.of(new double[] {9, 9, 9}, new double[] {5, 5, 5});
                };
        PassContext context = context().withHost(new Host(cache, Optional.of(timer)));

        Model mixed = pass(100).apply(NETWORK, context);

        int once = measured.getAndSet(0);
        Model plain = INT8.quantized(NETWORK, context);
        assertThat(once).isPositive().isEqualTo(measured.get());
        assertThat(mixed).isEqualTo(plain);
        // The trials' own samples, and all of them.
        assertThat(kept).hasSize(2);
    }

    @Test
    void whatStaysFloatInAnyCaseDoesSo() {
        Model mixed =
                Options.defaults(MixedPrecision.class)
                        .withMaxDrop(100)
                        .withSamples(64)
                        .withWalkSamples(16)
                        .withQuantize(INT8.excluding(List.of("tame")))
                        .apply(NETWORK, context());

        assertThat(mixed.graph().constant("v")).isPresent();
    }

    @Test
    void examplesWithoutLabelsAreRefused() {
        PassContext context = RandomSamples.context(NETWORK, Runners.SINGLE);

        assertThatThrownBy(() -> pass(1).apply(NETWORK, context))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("labelled validation examples");
    }

    /** 'large' has nearly all of the weights; each of 'small' reads few. */
    private static final Model UNEVEN =
            GraphText.parse(
                    """
                    opset 13
                    graph (x: float[N,3,4,4]) -> (y: float[N,4])
                    w: float[16,3,3,3] = seed(1)
                    u: float[64,16,3,3] = seed(2)
                    v: float[4,64] = seed(3)
                    a = Conv(x, w) {pads=[1,1,1,1]} as small
                    r = Relu(a)
                    b = Conv(r, u) {pads=[1,1,1,1]} as large
                    s = Relu(b)
                    m = GlobalAveragePool(s)
                    f = Flatten(m)
                    y = Gemm(f, v) {transB=1} as last
                    """);

    private static PassContext uneven() {
        return RandomSamples.context(
                UNEVEN, new Labelled(UNEVEN, RandomSamples.of(UNEVEN, 64)), Runners.SINGLE);
    }

    private static MixedPrecision sized(double maxDrop, double size) {
        return Options.defaults(MixedPrecision.class)
                .withMaxDrop(maxDrop)
                .withSize(size)
                .withSamples(64)
                .withWalkSamples(16)
                .withQuantize(INT8);
    }

    private static long inFourBits(Model model) {
        return model.graph().initializers().values().stream()
                .filter(constant -> constant.tensor().dataType() == DataType.INT4)
                .count();
    }

    private static double share(Model model) {
        return (double) FourBitCosts.bytes(model) / FourBitCosts.bytes(UNEVEN);
    }

    @Test
    void theLayerWhoseBytesCostLeastGetsFourBits() {
        PassContext context = uneven();

        Model mixed = sized(100, 0.25).apply(UNEVEN, context);

        assertThat(share(mixed)).isLessThanOrEqualTo(0.25);
        assertThat(inFourBits(mixed)).isEqualTo(1);
        assertThat(context.notes())
                .anyMatch(note -> note.matches("'large': in 4 bits alone it saves 4... bytes.*"))
                .contains("1 of 3 layers get weights of 4 bits")
                .anyMatch(
                        note -> note.matches("2.\\.. % of the float file's bytes, 25.0 % allowed"));
    }

    @Test
    void aSizeThatEightBitsReachNeedsNoMore() {
        PassContext context = uneven();

        Model mixed = sized(100, 0.5).apply(UNEVEN, context);

        assertThat(inFourBits(mixed)).isZero();
        assertThat(mixed.opset()).isEqualTo(13);
        assertThat(context.notes()).contains("small enough with all layers in 8 bits");
    }

    @Test
    void noLayerGoesBackToFloatWithWhichTheFileWouldBeTooLarge() {
        PassContext context = uneven();

        Model mixed = sized(0, 0.25).apply(UNEVEN, context);

        assertThat(share(mixed)).isLessThanOrEqualTo(0.25);
        assertThat(context.notes())
                .anyMatch(note -> note.equals("'large' stays in integers for the file's size"));
    }

    @Test
    void aSizeThatCannotBeReachedIsSaid() {
        PassContext context = uneven();

        Model mixed = sized(100, 0.02).apply(UNEVEN, context);

        assertThat(inFourBits(mixed)).isGreaterThan(1);
        assertThat(context.notes()).anyMatch(note -> note.endsWith("bytes, 2.0 % allowed"));
    }
}
