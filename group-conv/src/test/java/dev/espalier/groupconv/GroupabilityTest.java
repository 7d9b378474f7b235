package dev.espalier.groupconv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.CancelledException;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.pass.Progress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class GroupabilityTest {
    private static final Model MODEL =
            GraphText.parse(
                    """
                    graph (x: float[N,4,2,2]) -> (y: float[N,4,2,2])
                    w: float[4,4,1,1] = [1,0,1,0, 0,1,0,1, 1,0,2,0, 0,3,0,1]
                    v: float[4,4,1,1] = seed(2)
                    h = Conv(x, w)
                    i = Identity(v)
                    y = Conv(h, i)
                    """);

    @Test
    void aLayerThatHasGroupsKeepsAllOfItsWeightsInThem() {
        List<String> refused = new ArrayList<>();
        List<Groupability> layers =
                Groupability.of(
                        MODEL, 3, (where, why) -> refused.add(where + ": " + why), Progress.SILENT);
        assertThat(layers).hasSize(1);
        Groupability layer = layers.get(0);
        assertThat(layer.layer()).isEqualTo("Conv 'h'");
        assertThat(layer.kept()).hasSize(3).startsWith(1.0, 1.0);
        assertThat(layer.kept().get(2)).isBetween(0.5, 0.9);
        assertThat(layer.groups(0.9)).isEqualTo(2);
        assertThat(layer.groups(0.2)).isEqualTo(4);
        assertThat(layer.structure().groups()).isEqualTo(4);
        NormMatrix shuffled = layer.shuffled();
        assertThat(shuffled.at(0, 2) + shuffled.at(0, 3) + shuffled.at(3, 0)).isZero();
        assertThat(refused).containsExactly("Conv 'y': its weight 'i' is computed, not stored");
    }

    /** Counts beginnings, and stops at {@code last}. */
    private static Progress stoppingAt(int last, AtomicInteger advanced, List<Long> begun) {
        return (name, done, steps, unit) -> {
            begun.add(steps);
            return new Progress.Task() {
                @Override
                public void advance(long count) {
                    if (advanced.incrementAndGet() == last) {
                        throw new CancelledException("stopped during " + name);
                    }
                }

                @Override
                public void show(String words) {}

                @Override
                public void close() {}
            };
        };
    }

    @Test
    void theSearchTellsHowFarItIs() {
        AtomicInteger advanced = new AtomicInteger();
        List<Long> begun = new ArrayList<>();
        Groupability.of(MODEL, 3, (where, why) -> {}, stoppingAt(0, advanced, begun));
        assertThat(begun).containsExactly((long) Groupability.RESTARTS);
        assertThat(advanced).hasValue(Groupability.RESTARTS);
    }

    @Test
    void theSearchEndsWhereItIsAskedTo() {
        Progress stopping = stoppingAt(3, new AtomicInteger(), new ArrayList<>());
        assertThatThrownBy(() -> Groupability.of(MODEL, 3, (where, why) -> {}, stopping))
                .isInstanceOf(CancelledException.class)
                .hasMessageContaining("stopped during search shuffles");
    }
}
