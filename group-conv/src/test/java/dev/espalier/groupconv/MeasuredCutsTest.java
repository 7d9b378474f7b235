package dev.espalier.groupconv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.pass.Checkpoints;
import dev.espalier.core.pass.Host;
import dev.espalier.core.pass.ModelTimer;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.PassRun;
import dev.espalier.core.profile.LayerKind;
import dev.espalier.core.profile.Precision;
import dev.espalier.core.recipe.Options;
import dev.espalier.groupconv.option.KeepDense;
import dev.espalier.groupconv.option.Measure;
import dev.espalier.groupconv.option.TargetSettings;
import dev.espalier.groupconv.option.TimingPrecision;
import dev.espalier.testkit.pass.KnownMachine;
import dev.espalier.testkit.pass.MemoryCheckpoints;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MeasuredCutsTest {
    private static final Model NETWORK =
            GraphText.parse(
                    """
                    graph (x: float[N,16,4,4]) -> (y)
                    v: float[16,16,3,3] = seed(1)
                    w: float[32,16,1,1] = seed(2)
                    a = Conv(x, v) {pads=[1,1,1,1]}
                    y = Conv(a, w)
                    """);

    private static final TargetSettings TARGET =
            Options.defaults(TargetSettings.class).withMinChannels(4);

    private int asked;

    /** By kernel: those of 3 by 3 take 10 µs in any groups; those of 1 by 1 take 10, 6 and 6. */
    private List<double[]> micros(List<Model> models, double seconds) {
        asked++;
        return models.stream()
                .map(
                        model -> {
                            boolean isLarge =
                                    model.graph().initializers().get("w0").tensor().shape().size(2)
                                            == 3;
                            long groups =
                                    model.graph().nodes().get(0).attributes().integer("group", 1);
                            return new double[] {8.0 * (isLarge || groups == 1 ? 10 : 6)};
                        })
                .toList();
    }

    private PassContext context(ModelTimer timer) {
        return PassContext.of(NETWORK)
                .withHost(new Host(Checkpoints.NONE, Optional.ofNullable(timer)));
    }

    @Test
    void layersAreCutAsFarAsGroupsAreFaster() {
        PassContext context = context(this::micros);
        List<CuttableLayer> layers = CuttableLayer.of(NETWORK, TARGET, context);
        assertThat(layers).extracting(layer -> layer.layer().name()).containsExactly("y");
        assertThat(layers.get(0).most()).isEqualTo(1);
        assertThat(context.skips())
                .map(PassRun.Skip::toString)
                .containsExactly(
                        "Conv 'a': no faster in groups: 10.0 µs dense, 10.0 in 2, 10.0 in 4 groups");
        assertThat(context.notes())
                .containsExactly("Conv 'y': 10.0 µs dense, 6.0 in 2, 6.0 in 4 groups");
    }

    @Test
    void nothingIsMeasuredWhereTheRecipeSaysSo() {
        PassContext context = context(this::micros);
        List<CuttableLayer> layers =
                CuttableLayer.of(
                        NETWORK,
                        TARGET.withKeepDense(Options.defaults(KeepDense.class).withSlower(false)),
                        context);
        assertThat(layers).hasSize(2).allMatch(layer -> layer.most() == 2);
        assertThat(asked).isZero();
        assertThat(context.notes()).isEmpty();
    }

    @Test
    void withoutATimerAllMayBeCutAndThatIsSaid() {
        PassContext context = context(null);
        assertThat(CuttableLayer.of(NETWORK, TARGET, context)).hasSize(2);
        assertThat(context.notes())
                .containsExactly(
                        "whether groups are faster was not measured: there is nothing to measure it with");
    }

    private static TargetSettings latency(TargetSettings target) {
        return target.withMeasure(Measure.LATENCY);
    }

    @Test
    void aTargetOfLatencyCountsTheTimesOfLayersThatAreFaster() {
        PassContext context = context(this::micros);
        List<CuttableLayer> layers = CuttableLayer.of(NETWORK, latency(TARGET), context);
        assertThat(layers).extracting(layer -> layer.layer().name()).containsExactly("y");
        assertThat(layers.get(0).costs()).containsExactly(10.0, 6.0);
        assertThat(context.skips())
                .map(PassRun.Skip::toString)
                .containsExactly(
                        "Conv 'a': no faster in groups: 10.0 µs dense, 10.0 in 2, 10.0 in 4 groups");

        // Two groups take away 4 of 10 µs, however few of the multiplications are left.
        List<List<Double>> kept = List.of(List.of(1.0, 0.6));
        assertThat(GroupLevels.reaching(0.4, 0, layers, kept).removed()).isEqualTo(0.4);
        assertThat(GroupLevels.reaching(0.4, 0, layers, kept).levels()).containsExactly(1);
        assertThat(GroupLevels.reaching(0.5, 0, layers, kept).removed()).isEqualTo(0.4);
        assertThat(layers.get(0).groupsFor(0.5)).isEqualTo(2);
    }

    @Test
    void aTargetOfLatencyLeavesOutWhatIsNoFasterWhateverTheRecipeSays() {
        TargetSettings insisting =
                TARGET.withKeepDense(Options.defaults(KeepDense.class).withSlower(false));
        assertThat(CuttableLayer.of(NETWORK, latency(insisting), context(this::micros))).hasSize(1);
    }

    @Test
    void aTargetOfLatencyNeedsAMachine() {
        assertThatThrownBy(() -> CuttableLayer.of(NETWORK, latency(TARGET), context(null)))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("there is none here; take macs or parameters");
    }

    @Test
    void aLayerOfOpenSizesIsNotPartOfATargetOfLatency() {
        Model open =
                GraphText.parse(
                        """
                        graph (x: float[N,16,4,4]) -> (y)
                        v: float[16,16,3,3] = seed(1)
                        w: float[16,16,1,1] = seed(2)
                        a = Conv(x, w)
                        h = Unheard(a)
                        y = Conv(h, v)
                        """);
        PassContext context = context(this::micros);
        assertThat(CuttableLayer.of(open, latency(TARGET), context)).hasSize(1);
        assertThat(context.skips())
                .map(PassRun.Skip::toString)
                .containsExactly("Conv 'y': its sizes are open, it cannot be timed");
        PassContext macs = context(this::micros);
        assertThat(CuttableLayer.of(open, TARGET, macs)).hasSize(2);
        assertThat(macs.notes()).contains("Conv 'y': its sizes are open, it was not timed");
    }

    /** In integers every group costs as much as the dense layer. */
    @Test
    void whatRunsInIntegersIsTimedInIntegers() {
        ModelTimer timer =
                (models, seconds) ->
                        models.stream()
                                .map(
                                        model ->
                                                model.graph().initializers().containsKey("scales")
                                                        ? new double[] {80}
                                                        : micros(List.of(model), seconds).get(0))
                                .toList();
        TargetSettings int8 =
                TARGET.withKeepDense(
                        Options.defaults(KeepDense.class).withTimedIn(TimingPrecision.INT8));
        PassContext context = context(timer);
        assertThat(CuttableLayer.of(NETWORK, int8, context)).isEmpty();
        assertThat(context.skips())
                .map(PassRun.Skip::toString)
                .contains(
                        "Conv 'y': no faster in groups: 10.0 µs dense, 10.0 in 2, 10.0 in 4 groups, in int8");
        assertThat(CuttableLayer.of(NETWORK, TARGET, context(timer))).hasSize(1);
    }

    /** What a recipe with quantize at its end gets without saying so. */
    @Test
    void layersAreTimedInWhatTheRecipeEndsIn() {
        ModelTimer timer =
                (models, seconds) ->
                        models.stream()
                                .map(
                                        model ->
                                                model.graph().initializers().containsKey("scales")
                                                        ? new double[] {80}
                                                        : micros(List.of(model), seconds).get(0))
                                .toList();
        PassContext floats = context(timer);
        assertThat(CuttableLayer.of(NETWORK, TARGET, floats)).hasSize(1);
        PassContext integers = context(timer).withPrecision(Precision.INT8);
        assertThat(CuttableLayer.of(NETWORK, TARGET, integers)).isEmpty();
        assertThat(integers.skips()).allMatch(skip -> skip.reason().endsWith("in int8"));
        // MatMul alone in integers says nothing of convolutions.
        PassContext products = context(timer).withPrecision(LayerKind.PRODUCT, Precision.INT8);
        assertThat(CuttableLayer.of(NETWORK, TARGET, products)).hasSize(1);
    }

    @Test
    void aRecipeMaySayOtherwise() {
        TargetSettings floats =
                TARGET.withKeepDense(
                        Options.defaults(KeepDense.class).withTimedIn(TimingPrecision.FLOAT));
        PassContext context = context(this::micros).withPrecision(Precision.INT8);
        assertThat(CuttableLayer.of(NETWORK, floats, context)).hasSize(1);
        assertThat(context.notes()).noneMatch(note -> note.contains("int8"));
    }

    /** What quantize asks of the same layer later gets the same answer from there. */
    @Test
    void aProfileIsAskedInPlaceOfTheTimer() {
        KnownMachine machine =
                new KnownMachine()
                        .answers(
                                "groups of int8 1x16x4x4 weight 16x16x3x3 pads[1, 1, 1, 1]",
                                Map.of("1", 8.0, "2", 5.0, "4", 6.0))
                        .answers(
                                "groups of int8 1x16x4x4 weight 32x16x1x1",
                                Map.of("1", 4.0, "2", 4.0, "4", 6.0));
        PassContext context =
                context(null)
                        .withPrecision(Precision.INT8)
                        .withHost(
                                new Host(
                                        Checkpoints.NONE,
                                        Optional.of(this::micros),
                                        Optional.of(machine)));
        List<CuttableLayer> layers = CuttableLayer.of(NETWORK, TARGET, context);
        assertThat(layers).extracting(layer -> layer.layer().name()).containsExactly("a");
        assertThat(layers.get(0).most()).isEqualTo(1);
        assertThat(asked).isZero();
    }

    @Test
    void whatWasMeasuredOutlivesAKill() {
        Map<String, byte[]> kept = new HashMap<>();
        Checkpoints checkpoints = new MemoryCheckpoints(kept);
        PassContext first = context(this::micros).withCheckpoints(checkpoints);
        List<CuttableLayer> before = CuttableLayer.of(NETWORK, TARGET, first);
        int measured = asked;
        PassContext second = context(this::micros).withCheckpoints(checkpoints);
        List<CuttableLayer> after = CuttableLayer.of(NETWORK, TARGET, second);

        assertThat(asked).isEqualTo(measured).isEqualTo(2);
        assertThat(after).hasSize(1);
        assertThat(after.get(0).most()).isEqualTo(before.get(0).most());
        assertThat(second.skips()).isEqualTo(first.skips());
        assertThat(second.notes()).isEqualTo(first.notes());
    }
}
