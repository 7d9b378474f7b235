package dev.espalier.groupconv;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.Progress;
import dev.espalier.core.pass.Proof;
import dev.espalier.core.recipe.Options;
import dev.espalier.groupconv.internal.convert.Converted;
import dev.espalier.groupconv.internal.convert.GroupConversion;
import dev.espalier.groupconv.option.OrderSharing;
import dev.espalier.groupconv.option.ShuffleSettings;
import dev.espalier.groupconv.structure.GroupStructure;
import dev.espalier.runtime.OrtRunner;
import dev.espalier.testkit.pass.PassTester;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MixedOrdersTest {
    private static final InputShapes SHAPES = InputShapes.ofBatch(1);

    /** Residual branches {@code aN, bN} of two convolutions on one stream of 8 channels. */
    private static Model residual(int branches) {
        StringBuilder constants = new StringBuilder("w: float[8,3,1,1] = seed(99)\n");
        StringBuilder nodes = new StringBuilder("t0 = Conv(x, w)\n");
        for (int i = 1; i <= branches; i++) {
            constants.append("v%1$d: float[8,8,1,1] = seed(%1$d)\n".formatted(i));
            constants.append("w%1$d: float[8,8,1,1] = seed(%2$d)\n".formatted(i, 50 + i));
            nodes.append(
                    """
                    a%1$d = Conv(t%2$d, v%1$d)
                    r%1$d = Relu(a%1$d)
                    b%1$d = Conv(r%1$d, w%1$d)
                    t%1$d = Add(b%1$d, t%2$d)
                    """
                            .formatted(i, i - 1));
        }
        return GraphText.parse(
                "opset 13\ngraph g (x: float[N,3,2,2]) -> (y: float[N,2])\n"
                        + constants
                        + "h: float[2,8] = seed(98)\n"
                        + nodes
                        + "p = GlobalAveragePool(t"
                        + branches
                        + ")\nq = Flatten(p)\ny = Gemm(q, h) {transB=1}\n");
    }

    private static List<GroupableLayer> layers(Model model) {
        return GroupableLayer.of(model, (where, reason) -> {});
    }

    private static ShuffleSettings settings(OrderSharing sharing, double folded) {
        return Options.defaults(ShuffleSettings.class).withSharing(sharing).withFolded(folded);
    }

    /** In two groups each, in the orders that are found; proved. */
    private static Converted converted(Model model, ShuffleSettings settings) {
        List<Shuffle> shuffles = shuffles(model, settings);
        Map<String, GroupStructure> structures = new LinkedHashMap<>();
        List<GroupableLayer> layers = layers(model);
        for (int i = 0; i < layers.size(); i++) {
            structures.put(layers.get(i).name(), shuffles.get(i).structure(2));
        }
        Converted converted = GroupConversion.convert(model, structures, SHAPES);
        PassContext context = PassContext.of(model).withRunner(new OrtRunner());
        Proof.equal(converted.masked(), converted.model(), converted, context);
        return converted;
    }

    private static List<Shuffle> shuffles(Model model, ShuffleSettings settings) {
        List<GroupableLayer> layers = layers(model);
        SharedOrders orders =
                new ChannelOrders(settings).orders(model, layers, SHAPES, 17, Progress.SILENT);
        List<JointSearch.Member> members = new ArrayList<>();
        for (int i = 0; i < layers.size(); i++) {
            members.add(
                    new JointSearch.Member(
                            layers.get(i).norms(model),
                            orders.inputs().get(i),
                            orders.outputs().get(i)));
        }
        return new ChannelOrders(settings).search(17).find(members, Progress.SILENT);
    }

    private static double kept(Model model, ShuffleSettings settings) {
        List<GroupableLayer> layers = layers(model);
        List<Shuffle> shuffles = shuffles(model, settings);
        double kept = 0;
        for (int i = 0; i < layers.size(); i++) {
            kept += shuffles.get(i).kept(layers.get(i).norms(model)).get(1);
        }
        return kept / layers.size();
    }

    @ParameterizedTest
    @CsvSource({"2, 0.8, 1", "4, 0.8, 3", "8, 0.8, 6", "8, 0.9, 3", "4, 1, 0", "4, 0, 8"})
    void asManyLayersReadInAnOrderOfTheirOwnAsThereMayBeGathers(
            int branches, double folded, int apart) {
        Model model = residual(branches);
        List<GroupableLayer> layers = layers(model);
        SharedOrders mixed =
                new ChannelOrders(settings(OrderSharing.MIXED, folded))
                        .orders(model, layers, SHAPES, 17, Progress.SILENT);
        SharedOrders stage = SharedOrders.of(model, layers, OrderSharing.STAGE, SHAPES);

        assertThat(new HashSet<>(mixed.inputs()).size() + new HashSet<>(mixed.outputs()).size())
                .isGreaterThan(apart);
        long moved = 0;
        for (int i = 0; i < layers.size(); i++) {
            if (mixed.inputs().get(i).equals(stage.inputs().get(i))) {
                continue;
            }
            moved++;
            assertThat(mixed.sides(mixed.inputs().get(i))).isEqualTo(1);
        }
        assertThat(moved).isEqualTo(apart);
        assertThat(mixed.outputs()).isEqualTo(stage.outputs());
        Converted converted = converted(model, settings(OrderSharing.MIXED, folded));
        assertThat(converted.gathers()).isLessThanOrEqualTo(apart);
        assertThat(converted.folded())
                .isGreaterThanOrEqualTo((int) Math.floor(folded * converted.permutations()));
    }

    @Test
    void aBranchCostsMoreGathersAndKeepsNoMore() {
        Model model = residual(8);
        ShuffleSettings branch = settings(OrderSharing.BRANCH, 0.8);
        ShuffleSettings mixed = settings(OrderSharing.MIXED, 0.8);
        ShuffleSettings stage = settings(OrderSharing.STAGE, 0.8);
        assertThat(converted(model, branch).gathers()).isEqualTo(8);
        assertThat(converted(model, mixed).gathers()).isEqualTo(6);
        assertThat(converted(model, stage).gathers()).isZero();
        assertThat(kept(model, mixed)).isGreaterThan(kept(model, stage));
    }

    /** All groups are channels 0, 1 and 2, 3, but d reads 0, 2 and 1, 3. */
    @Test
    void theLayerThatWantsAnotherOrderReadsThroughAGather() {
        Model model =
                GraphText.parse(
                        """
                        opset 13
                        graph g (x: float[N,1,2,2]) -> (y: float[N,1,2,2])
                        w0: float[4,1,1,1] = [1, 2, 3, 4]
                        w1: float[4,4,1,1] = [1,2,0,0, 3,4,0,0, 0,0,5,6, 0,0,7,8]
                        w2: float[4,4,1,1] = [8,7,0,0, 6,5,0,0, 0,0,4,3, 0,0,2,1]
                        w3: float[4,4,1,1] = [1,0,2,0, 3,0,4,0, 0,5,0,6, 0,7,0,8]
                        w4: float[4,4,1,1] = [1,1,0,0, 2,2,0,0, 0,0,3,3, 0,0,4,4]
                        w5: float[1,4,1,1] = [1, 2, 3, 4]
                        s = Conv(x, w0)
                        a = Conv(s, w1)
                        b = Relu(a)
                        c = Conv(b, w2)
                        t = Add(c, s)
                        d = Conv(t, w3)
                        e = Relu(d)
                        f = Conv(e, w4)
                        u = Add(f, t)
                        y = Conv(u, w5)
                        """);
        Converted converted = converted(model, settings(OrderSharing.MIXED, 0.8));

        new PassTester.Outcome(
                        converted.masked(), converted.model(), PassContext.of(converted.masked()))
                .then(
                        """
                        opset 13
                        graph g (x: float[N,1,2,2]) -> (y: float[N,1,2,2])
                        w0: float[4,1,1,1] = [1, 2, 3, 4]
                        w1: float[4,2,1,1] = [1,2, 3,4, 5,6, 7,8]
                        w2: float[4,2,1,1] = [8,7, 6,5, 4,3, 2,1]
                        w3: float[4,2,1,1] = [1,2, 3,4, 5,6, 7,8]
                        w4: float[4,2,1,1] = [1,1, 2,2, 3,3, 4,4]
                        w5: float[1,4,1,1] = [1, 2, 3, 4]
                        t_shuffled_channels: int64[4] = [0, 2, 1, 3]
                        s = Conv(x, w0)
                        a = Conv(s, w1) {group=2}
                        b = Relu(a)
                        c = Conv(b, w2) {group=2}
                        t = Add(c, s)
                        t_shuffled = Gather(t, t_shuffled_channels) {axis=1}
                        d = Conv(t_shuffled, w3) {group=2}
                        e = Relu(d)
                        f = Conv(e, w4) {group=2}
                        u = Add(f, t)
                        y = Conv(u, w5)
                        """);
        assertThat(converted.masked()).isEqualTo(model);
        assertThat(kept(model, settings(OrderSharing.MIXED, 0.8))).isEqualTo(1);
        assertThat(kept(model, settings(OrderSharing.STAGE, 0.8))).isLessThan(1);
    }

    @Test
    void layersWithNobodyToShareWithStayAsTheyAre() {
        Model model =
                GraphText.parse(
                        """
                        graph (x: float[N,4,2,2]) -> (y: float[N,4,2,2])
                        v: float[4,4,1,1] = seed(1)
                        y = Conv(x, v)
                        """);
        SharedOrders orders =
                new ChannelOrders(settings(OrderSharing.MIXED, 0))
                        .orders(model, layers(model), SHAPES, 17, Progress.SILENT);
        assertThat(orders)
                .isEqualTo(SharedOrders.of(model, layers(model), OrderSharing.STAGE, SHAPES));
    }

    @Test
    void fixedOrdersAreNotMixed() {
        Model model = residual(4);
        for (ShuffleSettings.Kind kind : ShuffleSettings.Kind.values()) {
            SharedOrders orders =
                    new ChannelOrders(settings(OrderSharing.MIXED, 0.8).withKind(kind))
                            .orders(model, layers(model), SHAPES, 17, Progress.SILENT);
            boolean isStage =
                    orders.equals(
                            SharedOrders.of(model, layers(model), OrderSharing.STAGE, SHAPES));
            assertThat(isStage).isEqualTo(kind != ShuffleSettings.Kind.LEARNED);
        }
    }

    @Test
    void theLayersAreSpreadAlongTheGraph() {
        List<Integer> candidates = List.of(0, 1, 2, 3, 5, 6);
        List<Double> gains = List.of(0.9, 0.8, 0.7, 0.1, 9.0, 0.2, 0.05);
        assertThat(MixedOrders.chosen(candidates, gains, 0)).isEmpty();
        assertThat(MixedOrders.chosen(candidates, gains, 2)).containsExactly(0, 5);
        assertThat(MixedOrders.chosen(candidates, gains, 3)).containsExactly(0, 2, 5);
        assertThat(MixedOrders.chosen(candidates, gains, 9)).isEqualTo(candidates);
        assertThat(MixedOrders.chosen(List.of(), gains, 3)).isEqualTo(Collections.emptyList());
    }
}
