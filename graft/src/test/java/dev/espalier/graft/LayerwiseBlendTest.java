package dev.espalier.graft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.recipe.Options;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LayerwiseBlendTest {

    /** The first layer is constant, so that it has no information; the others are spread. */
    private static Model network(String first, int seed) {
        return GraphText.parse(
                """
                opset 13
                graph g (x: float[N,2,4,4]) -> (y: float[N,3])
                w1: float[2,2,1,1] = [%s]
                scale: float[2] = [1, 2]
                shift: float[2] = [0, 1]
                mean: float[2] = [0, 0]
                variance: float[2] = [1, 1]
                w2: float[4,2,3,3] = seed(%d)
                b2: float[4] = [1, 2, 3, 4]
                w3: float[3,4] = seed(%d)
                a = Conv(x, w1)
                n = BatchNormalization(a, scale, shift, mean, variance)
                r = Relu(n)
                c = Conv(r, w2, b2)
                p = GlobalAveragePool(c)
                f = Flatten(p)
                y = Gemm(f, w3) {transB=1}
                """
                        .formatted(first, seed, seed + 1));
    }

    private static Map<String, Tensor> tensors(Model model) {
        Map<String, Tensor> tensors = new HashMap<>();
        model.graph().initializers().forEach((name, held) -> tensors.put(name, held.tensor()));
        return tensors;
    }

    private static LayerwiseBlend blend(Model model, Information information) {
        return new LayerwiseBlend(
                model.graph(), Options.defaults(BlendSettings.class).withInformation(information));
    }

    @Test
    void everyLayerHasItsOwnShareAndItsNormsAndBiasTakeIt() {
        Model own = network("1, 1, 1, 1", 1);
        Model donor = network("1, 2, 3, 4", 7);

        Map<String, Double> shares =
                blend(own, Information.ENTROPY).shares(tensors(own), tensors(donor));

        assertThat(shares.keySet())
                .containsExactly("w1", "scale", "shift", "mean", "variance", "w2", "b2", "w3");
        assertThat(shares.get("w1")).isEqualTo(0.30);
        assertThat(shares.get("variance")).isEqualTo(0.30);
        assertThat(shares.get("b2")).isEqualTo(shares.get("w2"));
        assertThat(shares.get("w3")).isNotEqualTo(shares.get("w2"));
    }

    @Test
    void keepsTheShareAndTakesTheRestFromTheDonor() {
        Model own = network("1, 1, 1, 1", 1);
        Model donor = network("1, 2, 3, 4", 1);

        Map<String, Tensor> blended =
                blend(own, Information.ENTROPY).graft(tensors(own), tensors(donor));

        assertThat(blended.get("w1").toFloats())
                .usingComparatorWithPrecision(1e-6f)
                .containsExactly(1f, 1.7f, 2.4f, 3.1f);
    }

    @Test
    void graftingEqualNetworksChangesNothing() {
        Model own = network("1, 2, 3, 4", 1);

        assertThat(blend(own, Information.ENTROPY).graft(tensors(own), tensors(own)))
                .isEqualTo(tensors(own));
    }

    @Test
    void theSharesOfTwoNetworksAddUpToOne() {
        Model one = network("1, 2, 3, 5", 1);
        Model other = network("1, 1, 3, 4", 9);
        for (Information information : Information.values()) {
            LayerwiseBlend blend = blend(one, information);

            Map<String, Double> forth = blend.shares(tensors(one), tensors(other));
            Map<String, Double> back = blend.shares(tensors(other), tensors(one));

            forth.forEach(
                    (name, share) ->
                            assertThat(share + back.get(name)).isCloseTo(1, within(1e-12)));
        }
    }

    @Test
    void withoutInformationEveryShareIsAHalf() {
        Model own = network("1, 1, 1, 1", 1);
        Model donor = network("1, 2, 3, 4", 7);

        assertThat(blend(own, Information.NONE).shares(tensors(own), tensors(donor)).values())
                .containsOnly(0.5);
    }
}
