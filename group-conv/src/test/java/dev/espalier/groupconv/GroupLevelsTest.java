package dev.espalier.groupconv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class GroupLevelsTest {
    private static CuttableLayer layer(long cost, int most) {
        return CuttableLayer.halved(new GroupableLayer("Conv 'a'", "a", "w", 16, 16), cost, most);
    }

    private static final List<CuttableLayer> LAYERS = List.of(layer(100, 2), layer(300, 2));
    private static final List<List<Double>> KEPT =
            List.of(List.of(1.0, 0.9, 0.4), List.of(1.0, 0.7, 0.6));

    @Test
    void theThresholdDecidesForAllLayers() {
        GroupLevels levels = GroupLevels.at(0.9, LAYERS, KEPT);
        assertThat(levels.levels()).containsExactly(1, 0);
        assertThat(levels.removed()).isCloseTo(50 / 400.0, within(1e-12));
        assertThat(GroupLevels.at(0.5, LAYERS, KEPT).levels()).containsExactly(1, 2);
        assertThat(GroupLevels.at(0, LAYERS, KEPT).removed()).isCloseTo(0.75, within(1e-12));
    }

    @Test
    void theHighestThresholdThatReachesTheTargetIsTaken() {
        assertThat(GroupLevels.reaching(0.1, 0, LAYERS, KEPT).threshold()).isEqualTo(0.9);
        assertThat(GroupLevels.reaching(0.125, 0, LAYERS, KEPT).threshold()).isEqualTo(0.9);
        assertThat(GroupLevels.reaching(0.5, 0, LAYERS, KEPT).threshold()).isEqualTo(0.7);
        assertThat(GroupLevels.reaching(0.6, 0, LAYERS, KEPT).threshold()).isEqualTo(0.6);
        assertThat(GroupLevels.reaching(0, 0, LAYERS, KEPT).levels()).containsExactly(0, 0);
    }

    @Test
    void outOfReachTheLeastThresholdIsTaken() {
        assertThat(GroupLevels.reaching(0.8, 0, LAYERS, KEPT).levels()).containsExactly(2, 2);
        assertThat(GroupLevels.reaching(0.6, 0.65, LAYERS, KEPT).levels()).containsExactly(1, 1);
        assertThat(GroupLevels.reaching(0.6, 0.95, LAYERS, KEPT).levels()).containsExactly(0, 0);
    }

    @Test
    void noHigherThresholdReachesTheTarget() {
        Random random = new Random(1);
        for (int run = 0; run < 200; run++) {
            List<CuttableLayer> layers = new ArrayList<>();
            List<List<Double>> kept = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                layers.add(layer(1 + random.nextInt(100), 2));
                double one = random.nextDouble();
                kept.add(List.of(1.0, one, one * random.nextDouble()));
            }
            double target = random.nextDouble() * 0.75;
            GroupLevels found = GroupLevels.reaching(target, 0, layers, kept);
            assertThat(found.removed()).isGreaterThanOrEqualTo(target);
            for (List<Double> shares : kept) {
                for (double share : shares) {
                    if (share > found.threshold()) {
                        assertThat(GroupLevels.at(share, layers, kept).removed())
                                .isLessThan(target);
                    }
                }
            }
        }
    }

    @Test
    void fixedOrdersAreMadeForTheFewestGroupsThatReachTheTarget() {
        assertThat(layer(1, 3).groupsFor(0.5)).isEqualTo(2);
        assertThat(layer(1, 3).groupsFor(0.6)).isEqualTo(4);
        assertThat(layer(1, 1).groupsFor(0.9)).isEqualTo(2);
        assertThat(layer(1, 3).groupsFor(0)).isEqualTo(2);
    }
}
