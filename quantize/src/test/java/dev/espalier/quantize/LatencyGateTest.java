package dev.espalier.quantize;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.pass.Checkpoints;
import dev.espalier.core.pass.Host;
import dev.espalier.core.pass.ModelTimer;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.PassRun;
import dev.espalier.core.recipe.Options;
import dev.espalier.quantize.option.Calibration;
import dev.espalier.quantize.option.KeepFloat;
import dev.espalier.testkit.pass.RandomSamples;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;

class LatencyGateTest {
    private static final Model MODEL =
            GraphText.parse(
                    """
                    opset 13
                    graph (x: float[N,16,4,4]) -> (y: float[N,4])
                    w1: float[16,16,1,1] = seed(1)
                    w2: float[16,16,3,3] = seed(2)
                    w3: float[4,64] = seed(3)
                    c1 = Conv(x, w1) as pointwise
                    r1 = Relu(c1)
                    c2 = Conv(r1, w2) as wide
                    f = Flatten(c2)
                    y = Gemm(f, w3) {transB=1} as classifier
                    """);

    private final List<Model> measured = new ArrayList<>();

    private PassContext context = RandomSamples.context(MODEL, Runners.SINGLE);

    private Model gated(ToDoubleFunction<Model> micros, double seconds) {
        ModelTimer timer =
                (models, time) -> {
                    measured.addAll(models);
                    return models.stream()
                            .map(
                                    model -> {
                                        double[] rounds = new double[9];
                                        Arrays.fill(rounds, micros.applyAsDouble(model));
                                        return rounds;
                                    })
                            .toList();
                };
        context = context.withHost(new Host(Checkpoints.NONE, Optional.of(timer)));
        KeepFloat keep = Options.defaults(KeepFloat.class).withSeconds(seconds);
        return Options.defaults(Quantize.class)
                .withCalibration(Calibration.MIN_MAX)
                .withKeepFloat(keep)
                .apply(MODEL, context);
    }

    /** Whether the layer's weight is there as float. */
    private static boolean isFloat(Model model, String weight) {
        return model.graph().initializers().containsKey(weight);
    }

    /** Long runs lose the CPU more often, so that medians of a busy machine may lie. */
    @Test
    void integersWhoseFastestRunsAreFasterStayOnABusyMachine() {
        ModelTimer busy =
                (models, time) ->
                        models.stream()
                                .map(
                                        model ->
                                                isFloat(model, "w1")
                                                        ? new double[] {100, 100, 100, 100, 100}
                                                        : new double[] {60, 300, 300, 300, 60})
                                .toList();
        context = context.withHost(new Host(Checkpoints.NONE, Optional.of(busy)));
        Model made =
                Options.defaults(Quantize.class)
                        .withCalibration(Calibration.MIN_MAX)
                        .apply(MODEL, context);

        assertThat(isFloat(made, "w2")).isFalse();
        assertThat(context.notes())
                .contains(
                        "kept in integers, whose fastest runs are the faster ones; the machine was too busy to tell more: 100.0 µs before, 300.0 after");
    }

    @Test
    void whatIsFasterInIntegersStaysSo() {
        Model made = gated(model -> isFloat(model, "w1") ? 100 : 50, 3);

        assertThat(context.skips()).isEmpty();
        assertThat(isFloat(made, "w1") || isFloat(made, "w2") || isFloat(made, "w3")).isFalse();
        assertThat(context.notes())
                .contains(
                        "faster on this machine, measured briefly: 100.0 µs before, 50.0 after",
                        "3 of 3 weighted layers in 8-bit integers");
        // The model as a whole, pairs of pixels, and each of three kinds of layers.
        assertThat(measured).hasSize(2 * 5);
    }

    private static boolean isPaired(Model model) {
        return model.graph().nodes().stream().anyMatch(node -> node.is("Reshape"));
    }

    @Test
    void twoPixelsAreOneWhereThatIsFaster() {
        Model made =
                gated(
                        model ->
                                isFloat(model, "w1")
                                        ? 100
                                        : isFloat(model, "w2") ? 60 : isPaired(model) ? 40 : 50,
                        3);

        assertThat(isPaired(made)).isTrue();
        assertThat(context.notes())
                .contains(
                        "pixels are computed in pairs: 50.0 µs one by one on this machine, 40.0 with"
                                + " two in one");
    }

    @Test
    void eachPixelIsForItselfWhereTwoInOneAreNoFaster() {
        Model made = gated(model -> isFloat(model, "w1") ? 100 : isPaired(model) ? 49 : 50, 3);

        assertThat(isPaired(made)).isFalse();
        assertThat(context.notes()).anyMatch(note -> note.startsWith("pixels are computed one by"));
    }

    @Test
    void aLayerThatIsSlowerInIntegersGoesBackAndIsNamed() {
        Model made = gated(model -> model == MODEL ? 100 : 40 + (isFloat(model, "w1") ? 0 : 20), 3);

        assertThat(isFloat(made, "w1")).isTrue();
        assertThat(isFloat(made, "w2") || isFloat(made, "w3")).isFalse();
        assertThat(context.skips())
                .map(PassRun.Skip::toString)
                .containsExactly(
                        "Conv 'pointwise': stays float: the model takes 60.0 µs with it in integers"
                                + " and 40.0 without");
        assertThat(context.notes()).contains("2 of 3 weighted layers in 8-bit integers");
    }

    @Test
    void aGainWithinTheNoiseIsNone() {
        Model made = gated(model -> model == MODEL ? 100 : isFloat(model, "w1") ? 58.5 : 60, 3);

        assertThat(isFloat(made, "w1")).isFalse();
        assertThat(context.skips()).isEmpty();
    }

    @Test
    void aModelThatIsNoFasterInIntegersIsLeftAlone() {
        Model made = gated(model -> 100, 3);

        assertThat(made).isSameAs(MODEL);
        assertThat(context.skips())
                .map(PassRun.Skip::toString)
                .containsExactly(
                        "the whole model: stays float: integers are no faster on this machine, 100.0"
                                + " µs before, 100.0 after");
    }

    @Test
    void withoutTimeOnlyTheWholeIsMeasured() {
        Model made = gated(model -> model == MODEL ? 100 : 50, 0);

        assertThat(made.graph().nodes()).extracting(Node::opType).contains("QuantizeLinear");
        assertThat(measured).hasSize(2);
        assertThat(context.notes()).contains("kinds of layers that were not measured, for time: 3");
    }

    @Test
    void withoutATimerNothingIsDecidedAndThatIsSaid() {
        Model made =
                Options.defaults(Quantize.class)
                        .withCalibration(Calibration.MIN_MAX)
                        .apply(MODEL, context);

        assertThat(made).isNotSameAs(MODEL);
        assertThat(context.notes()).anyMatch(note -> note.startsWith("latency was not measured"));
    }
}
