package dev.espalier.graft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.PassRun;
import dev.espalier.core.recipe.Options;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ChannelwiseBlendTest {
    private static final BlendSettings SETTINGS =
            Options.defaults(BlendSettings.class).withInformation(Information.SCALE);

    /** Two channels with a scale, read by two filters without one, read by a linear layer. */
    private static Model chain(String scale, String first, float fill) {
        return GraphText.parse(
                """
                graph (x: float[N,1,4,4]) -> (y: float[N,2])
                w1: float[2,1,1,1] = [%1$s]
                b1: float[2] = fill(%3$s)
                scale: float[2] = [%2$s]
                shift: float[2] = fill(%3$s)
                mean: float[2] = fill(%3$s)
                variance: float[2] = fill(%3$s)
                w2: float[2,2,1,1] = fill(%3$s)
                b2: float[2] = fill(%3$s)
                w3: float[2,2] = fill(%3$s)
                a = Conv(x, w1, b1)
                n = BatchNormalization(a, scale, shift, mean, variance)
                r = Relu(n)
                c = Conv(r, w2, b2)
                p = GlobalAveragePool(c)
                f = Flatten(p)
                y = Gemm(f, w3) {transB=1}
                """
                        .formatted(first, scale, fill));
    }

    private static Map<String, Tensor> blended(Model own, Model donor) {
        return blend(own).graft(Counterparts.floats(own), Counterparts.floats(donor));
    }

    private static Blend blend(Model model) {
        return Blend.of(model, InputShapes.ofBatch(1), SETTINGS);
    }

    @Test
    void everyChannelKeepsByItsScaleAndItsReadersToo() {
        // Shares of 1 / 4 and, whatever the signs, 3 / 4; the donor is all zeros.
        Model own = chain("1, -3", "8, 8", 8);
        Model donor = chain("-3, 1", "0, 0", 0);

        Map<String, Tensor> blended = blended(own, donor);

        for (String name : new String[] {"w1", "b1", "shift", "mean", "variance"}) {
            assertThat(blended.get(name).toFloats()).as(name).containsExactly(2f, 6f);
        }
        assertThat(blended.get("scale").toFloats()).containsExactly(-2f, -2f);
        assertThat(blended.get("w2").toFloats()).as("[out, in]").containsExactly(2f, 6f, 2f, 6f);
        // Flat layers have no information, so that neither network's counts for more.
        assertThat(blended.get("b2").toFloats()).containsExactly(4f, 4f);
        assertThat(blended.get("w3").toFloats()).containsExactly(4f, 4f, 4f, 4f);
    }

    @Test
    void whatTwoScaledChannelsShareKeepsTheMeanOfBoth() {
        Model own = pair("1, 3", "1, 1", 8);
        Model donor = pair("3, 1", "7, 0", 0);

        // Inputs keep 1/4 and 3/4, outputs 1/8 and 1.
        assertThat(blended(own, donor).get("w2").toFloats())
                .containsExactly(
                        8 * (0.125f + 0.25f) / 2,
                        8 * (0.125f + 0.75f) / 2,
                        8 * (1 + 0.25f) / 2,
                        8 * (1 + 0.75f) / 2);
    }

    private static Model pair(String first, String second, float fill) {
        return GraphText.parse(
                """
                graph (x: float[N,1,4,4]) -> (y: float[N,2])
                w1: float[2,1,1,1] = fill(1)
                s1: float[2] = [%s]
                s2: float[2] = [%s]
                h1: float[2] = fill(0)
                m1: float[2] = fill(0)
                v1: float[2] = fill(1)
                h2: float[2] = fill(0)
                m2: float[2] = fill(0)
                v2: float[2] = fill(1)
                w2: float[2,2,1,1] = fill(%s)
                w3: float[2,2] = fill(1)
                a = Conv(x, w1)
                n = BatchNormalization(a, s1, h1, m1, v1)
                c = Conv(n, w2)
                m = BatchNormalization(c, s2, h2, m2, v2)
                p = GlobalAveragePool(m)
                f = Flatten(p)
                y = Gemm(f, w3) {transB=1}
                """
                        .formatted(first, second, fill));
    }

    @Test
    void scalesAlongAResidualStreamAreAddedUp() {
        Model own = residual("1, 2", "1, 0", 8);
        Model donor = residual("2, 2", "0, 4", 0);

        // 2 / (2 + 2) and 2 / (2 + 6).
        Map<String, Tensor> blended = blended(own, donor);
        assertThat(blended.get("w1").toFloats()).containsExactly(4f, 2f);
        assertThat(blended.get("w2").toFloats()).containsExactly(4f, 3f, 3f, 2f);
    }

    private static Model residual(String first, String second, float fill) {
        return GraphText.parse(
                """
                graph (x: float[N,1,4,4]) -> (y: float[N,2])
                w1: float[2,1,1,1] = fill(%3$s)
                s1: float[2] = [%1$s]
                s2: float[2] = [%2$s]
                zero: float[2] = fill(0)
                one: float[2] = fill(1)
                w2: float[2,2,1,1] = fill(%3$s)
                w3: float[2,2] = fill(1)
                a = Conv(x, w1)
                n = BatchNormalization(a, s1, zero, zero, one)
                c = Conv(n, w2)
                m = BatchNormalization(c, s2, zero, zero, one)
                s = Add(n, m)
                p = GlobalAveragePool(s)
                f = Flatten(p)
                y = Gemm(f, w3) {transB=1}
                """
                        .formatted(first, second, fill));
    }

    @Test
    void equalNetworksStayAndChannelsThatBothSwitchedOffMeetInTheMiddle() {
        Model own = chain("0, 1", "2, 4", 1);
        assertThat(blended(own, own)).isEqualTo(Counterparts.floats(own));

        Model donor = chain("0, 1", "4, 8", 1);
        assertThat(blended(own, donor).get("w1").toFloats()).containsExactly(3f, 6f);
    }

    @Test
    void theSharesOfTwoNetworksAddUpToOne() {
        Model one = chain("1, 5", "1, 2", 1);
        Model other = chain("2, 0.5", "3, 4", 2);
        Map<String, Kept> forth =
                blend(one).kept(Counterparts.floats(one), Counterparts.floats(other));
        Map<String, Kept> back =
                blend(one).kept(Counterparts.floats(other), Counterparts.floats(one));
        forth.forEach(
                (name, kept) -> {
                    assertThat(kept.least() + back.get(name).most()).isCloseTo(1, within(1e-12));
                    assertThat(kept.at().applyAsDouble(1) + back.get(name).at().applyAsDouble(1))
                            .isCloseTo(1, within(1e-12));
                });
    }

    @Test
    void namesLayersThatNoBatchNormScales() {
        PassContext context = PassContext.of(chain("1, 1", "1, 1", 1));
        blend(context.original()).explain(context);
        assertThat(context.skips())
                .map(PassRun.Skip::toString)
                .hasSize(1)
                .allMatch(text -> text.contains("blended as a whole, by entropy"))
                .allMatch(text -> text.contains("Gemm"));
    }

    @Test
    void withoutAnyBatchNormAllLayersAreBlendedAsAWhole() {
        Model own = GraphText.parse(FOLDED.formatted("1, 2, 3, 4"));
        Model donor = GraphText.parse(FOLDED.formatted("1, 1, 1, 1"));
        LayerwiseBlend whole =
                new LayerwiseBlend(own.graph(), Options.defaults(BlendSettings.class));

        assertThat(blended(own, donor))
                .isEqualTo(whole.graft(Counterparts.floats(own), Counterparts.floats(donor)));
        PassContext context = PassContext.of(own);
        blend(own).explain(context);
        assertThat(context.skips()).map(PassRun.Skip::toString).hasSize(2);
    }

    private static final String FOLDED =
            """
            graph (x: float[N,1,4,4]) -> (y: float[N,2])
            w1: float[4,1,1,1] = [%s]
            w2: float[2,4] = fill(1)
            a = Conv(x, w1)
            p = GlobalAveragePool(a)
            f = Flatten(p)
            y = Gemm(f, w2) {transB=1}
            """;

    /** They are the graph's output, whose channels are left alone by all that cuts channels. */
    @Test
    void channelsThatCannotBeFollowedAreNotBlendedByAScale() {
        String text =
                """
                graph (x: float[N,1,4,4]) -> (y: float[N,2,4,4])
                w1: float[2,1,1,1] = fill(%2$s)
                s1: float[2] = [%1$s]
                zero: float[2] = fill(0)
                one: float[2] = fill(1)
                a = Conv(x, w1)
                y = BatchNormalization(a, s1, zero, zero, one)
                """;
        Model own = GraphText.parse(text.formatted("1, 3", 8));
        Model donor = GraphText.parse(text.formatted("3, 1", 0));
        assertThat(blended(own, donor).get("w1").toFloats()).containsExactly(4f, 4f);
        PassContext context = PassContext.of(own);
        blend(own).explain(context);
        assertThat(context.skips()).map(PassRun.Skip::toString).hasSize(1);
    }
}
