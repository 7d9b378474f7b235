package dev.espalier.graft;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.ir.Model;
import dev.espalier.core.recipe.Options;
import java.util.List;
import org.junit.jupiter.api.Test;

class RingGraftTest {
    private static final RingGraft HALVES =
            new RingGraft(
                    Options.defaults(BlendSettings.class).withInformation(Information.NONE),
                    InputShapes.ofBatch(1));

    private static Model network(String weights) {
        return GraftCheckpointsTest.network(weights, 1);
    }

    private static List<Float> firstWeights(List<Model> networks) {
        return networks.stream()
                .map(network -> network.graph().constant("w1").orElseThrow().toFloats()[0])
                .toList();
    }

    @Test
    void eachTakesFromTheOneBeforeItAsItWas() {
        List<Model> networks =
                List.of(network("0, 1, 2, 3"), network("4, 1, 2, 3"), network("8, 1, 2, 3"));
        List<Model> grafted = HALVES.after(1, networks);
        assertThat(firstWeights(grafted)).containsExactly(4f, 2f, 6f);
        assertThat(firstWeights(networks)).containsExactly(0f, 4f, 8f);
    }

    @Test
    void twoByInformationMeetInBetween() {
        List<Model> grafted =
                new RingGraft(Options.defaults(BlendSettings.class), InputShapes.ofBatch(1))
                        .after(1, List.of(network("1, 1, 1, 1"), network("11, 2, 3, 4")));
        // The flat layer keeps 0.3 of its own, the other 0.7.
        assertThat(firstWeights(grafted)).containsExactly(8f, 8f);
    }

    @Test
    void equalNetworksStayAsTheyAre() {
        Model network = network("1, 2, 3, 4");
        assertThat(HALVES.after(1, List.of(network, network))).containsOnly(network);
    }

    @Test
    void aRingOfOneIsLeftAlone() {
        List<Model> alone = List.of(network("1, 2, 3, 4"));
        assertThat(HALVES.after(1, alone)).isSameAs(alone);
    }
}
