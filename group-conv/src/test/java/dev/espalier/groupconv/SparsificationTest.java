package dev.espalier.groupconv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.pass.Progress;
import dev.espalier.core.recipe.Options;
import dev.espalier.groupconv.option.ShuffleSettings;
import dev.espalier.groupconv.option.SparsifySettings;
import dev.espalier.groupconv.structure.GroupStructure;
import dev.espalier.groupconv.structure.Permutation;
import dev.espalier.train.program.Regularizer;
import java.util.List;
import org.junit.jupiter.api.Test;

class SparsificationTest {
    private static final CuttableLayer LAYER =
            CuttableLayer.halved(new GroupableLayer("Conv 'y'", "y", "w", 4, 4), 16, 2);

    private static Model network(String weights) {
        return GraphText.parse(
                """
                graph (x: float[N,4,1,1]) -> (y: float[N,4,1,1])
                w: float[4,4,1,1] = [%s]
                y = Conv(x, w)
                """
                        .formatted(weights));
    }

    private static final SharedOrders ORDERS = new SharedOrders(List.of(0), List.of(1));

    /** Mean magnitude 1. */
    private static final Model ONES = network("1,1,1,1, 1,1,1,1, 1,1,-1,1, 1,1,1,1");

    private static Sparsification of(ShuffleSettings.Kind kind, int warmup) {
        return new Sparsification(
                List.of(LAYER),
                ORDERS,
                Options.defaults(ShuffleSettings.class).withKind(kind),
                Options.defaults(SparsifySettings.class)
                        .withEpochs(4)
                        .withLearningRate(0.05)
                        .withWarmup(warmup)
                        .withLambdaStep(0.25),
                0.5,
                7);
    }

    @Test
    void whatIsOutsideOfTheNextTwoGroupsIsDrawn() {
        Regularizer first = of(ShuffleSettings.Kind.NONE, 0).first(ONES, Progress.SILENT);
        assertThat(first.kind()).isEqualTo(Regularizer.Kind.PROXIMAL);
        float l = 0.25f;
        assertThat(first.strengths().get("w"))
                .isEqualTo(
                        Tensor.ofFloats(
                                Shape.of(4, 4, 1, 1),
                                0,
                                0,
                                l,
                                l,
                                0,
                                0,
                                l,
                                l,
                                l,
                                l,
                                0,
                                0,
                                l,
                                l,
                                0,
                                0));
    }

    @Test
    void onceItIsCutTheNextCutIsPrepared() {
        Model two = network("2,2,0,0, 2,2,0,0, 0,0,2,2, 0,0,2,2");
        Sparsification none = of(ShuffleSettings.Kind.NONE, 0);
        Regularizer after = none.after(1, two, none.first(ONES, Progress.SILENT));
        // The target is reached, so that lambda falls to 0; with a higher target it stays.
        assertThat(Sparsification.removed(after)).containsExactly(0f, 0.5f);
        assertThat(Sparsification.lambda(after)).isZero();
        Sparsification more =
                new Sparsification(none.layers(), ORDERS, none.shuffle(), none.settings(), 0.7, 7);
        float[] drawn =
                more.after(1, two, more.first(ONES, Progress.SILENT))
                        .strengths()
                        .get("w")
                        .toFloats();
        float l = 0.25f;
        assertThat(drawn)
                .containsExactly(0, l / 2, l, l, l / 2, 0, l, l, l, l, 0, l / 2, l, l, l / 2, 0);
    }

    @Test
    void strengthsFollowTheShuffle() {
        Model crossed = network("2,0,2,0, 0,2,0,2, 2,0,2,0, 0,2,0,2");
        Sparsification learned = of(ShuffleSettings.Kind.LEARNED, 0);
        Regularizer first = learned.first(crossed, Progress.SILENT);
        float[] drawn = first.strengths().get("w").toFloats();
        float[] weights = crossed.graph().constant("w").orElseThrow().toFloats();
        for (int i = 0; i < 16; i++) {
            assertThat(drawn[i]).isCloseTo(weights[i] == 0 ? 0.25f : drawn[i], within(1e-6f));
        }
        Shuffle shuffle = learned.shuffles(first).get(0);
        assertThat(shuffle.kept(NormMatrix.of(crossed.graph().constant("w").orElseThrow())).get(1))
                .isEqualTo(1);
        assertThat(learned.shuffles(learned.after(1, crossed, first)).get(0)).isEqualTo(shuffle);
    }

    @Test
    void duringTheWarmUpNothingIsDrawn() {
        Sparsification warming = of(ShuffleSettings.Kind.RANDOM, 1);
        Regularizer first = warming.first(ONES, Progress.SILENT);
        assertThat(first.strengths().get("w").toFloats()).containsOnly(0);
        Regularizer after = warming.after(1, ONES, first);
        assertThat(after.strengths().get("w").toFloats()).contains(0.25f);
        assertThat(warming.shuffles(after)).isEqualTo(warming.shuffles(first));
        assertThat(Sparsification.lambda(warming.after(2, ONES, after))).isEqualTo(0.5);
    }

    @Test
    void aMaskKeepsTheBlocks() {
        GroupMask mask =
                new GroupMask(
                        java.util.Map.of(
                                "w",
                                new GroupStructure(
                                        2, Permutation.of(0, 2, 1, 3), Permutation.identity(4))));
        assertThat(mask.apply(ONES).graph().constant("w").orElseThrow().toFloats())
                .containsExactly(1, 1, 0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1);
        Regularizer held = mask.first(ONES, Progress.SILENT);
        assertThat(mask.after(1, ONES, held)).isSameAs(held);
    }
}
