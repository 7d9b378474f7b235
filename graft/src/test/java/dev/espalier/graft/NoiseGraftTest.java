package dev.espalier.graft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.core.ir.Model;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class NoiseGraftTest {
    /** A filter of a thousand zeros, and one of ones. */
    private static final Model MODEL =
            InternalGraftTest.layer(
                    "2,1000,1,1",
                    "Conv",
                    IntStream.range(0, 2000)
                            .mapToObj(i -> i < 1000 ? "0" : "1")
                            .collect(Collectors.joining(", ")));

    private static float[] after(int epoch, long seed) {
        Model grafted = new NoiseGraft(0.1, 0.5, seed).after(epoch, List.of(MODEL)).get(0);
        return grafted.graph().constant("w").orElseThrow().toFloats();
    }

    private static double deviation(float[] weights) {
        double squares = 0;
        for (int i = 0; i < 1000; i++) {
            squares += weights[i] * weights[i];
        }
        return Math.sqrt(squares / 1000);
    }

    @Test
    void shrinksByItsBaseFromEpochToEpoch() {
        for (int epoch = 1; epoch <= 3; epoch++) {
            double expected = Math.pow(0.5, epoch);
            assertThat(deviation(after(epoch, 1))).isCloseTo(expected, within(0.1 * expected));
        }
    }

    @Test
    void sparesStrongFilters() {
        float[] weights = after(1, 1);
        for (int i = 1000; i < 2000; i++) {
            assertThat(weights[i]).isEqualTo(1);
        }
    }

    @Test
    void dependsOnSeedAndEpochAlone() {
        assertThat(after(1, 1)).isEqualTo(after(1, 1)).isNotEqualTo(after(1, 2));
        assertThat(after(2, 1)[0] * 2).isNotEqualTo(after(1, 1)[0]);
    }
}
