package dev.espalier.core.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class LossTest {
    private static final LossBound BOUND = new LossBound(0.5, 2);

    @Test
    void countsPairedAnswers() {
        Loss loss = new Loss(1000, 1000, 12, 4, 30);
        assertThat(loss.drop()).hasValue(0.008);
        assertThat(loss.changed()).isEqualTo(0.03);
        assertThat(loss.dropError())
                .isCloseTo(Math.sqrt((17 / 1000.0 - 0.008 * 0.008) / 1000), within(1e-12));
        assertThat(loss)
                .hasToString(
                        "0.80 points lost (standard error 0.41), 3.00 % of the answers changed (standard error 0.55), on 1000 validation examples");
    }

    @Test
    void withoutLabelsOnlyChangesAreCounted() {
        Loss loss = new Loss(200, 0, 0, 0, 3);
        assertThat(loss.drop()).isEmpty();
        assertThat(BOUND.holds(loss)).isTrue();
        assertThat(BOUND.holds(new Loss(200, 0, 0, 0, 5))).isFalse();
        assertThat(loss.toString()).startsWith("1.50 % of the answers changed");
    }

    /** The stated error is the spread that repeated samples have. */
    @Test
    void theStandardErrorIsTheSpreadOfSamples() {
        Random random = new Random(7);
        int n = 2000;
        int runs = 2000;
        double sum = 0;
        double squares = 0;
        double stated = 0;
        for (int run = 0; run < runs; run++) {
            int lost = 0;
            int won = 0;
            for (int i = 0; i < n; i++) {
                double at = random.nextDouble();
                lost += at < 0.02 ? 1 : 0;
                won += at > 0.99 ? 1 : 0;
            }
            Loss loss = new Loss(n, n, lost, won, lost + won);
            double drop = loss.drop().orElseThrow();
            sum += drop;
            squares += drop * drop;
            stated += loss.dropError();
        }
        double mean = sum / runs;
        double spread = Math.sqrt(squares / runs - mean * mean);
        assertThat(stated / runs).isCloseTo(spread, within(0.05 * spread));
    }

    @Test
    void boundsHoldUpToTheirNumber() {
        assertThat(BOUND.holds(new Loss(1000, 1000, 5, 0, 5))).isTrue();
        assertThat(BOUND.holds(new Loss(1000, 1000, 6, 0, 6))).isFalse();
        assertThat(BOUND.holds(new Loss(1000, 1000, 10, 10, 20))).isTrue();
        assertThat(BOUND.holds(new Loss(1000, 1000, 10, 10, 21))).isFalse();
        assertThat(LossBound.ofDrop(0).holds(new Loss(1000, 1000, 9, 9, 500))).isTrue();
        assertThat(LossBound.ofDrop(0).holds(new Loss(1000, 1000, 9, 8, 500))).isFalse();
        assertThat(BOUND.excess(new Loss(1000, 1000, 10, 0, 10))).isEqualTo(2);
        assertThat(BOUND.excess(new Loss(1000, 1000, 0, 0, 30))).isEqualTo(1.5);
    }

    @Test
    void aVerdictIsClearFarFromTheBound() {
        assertThat(BOUND.isClear(new Loss(512, 512, 0, 0, 0))).isFalse();
        assertThat(BOUND.isClear(new Loss(768, 768, 0, 0, 0))).isTrue();
        assertThat(BOUND.isClear(new Loss(512, 512, 200, 0, 200))).isTrue();
        assertThat(BOUND.isClear(new Loss(5000, 5000, 24, 0, 24))).isFalse();
        assertThat(BOUND.isClear(new Loss(5000, 5000, 10, 10, 95))).isFalse();
        assertThat(LossBound.ofDrop(5).isClear(new Loss(512, 512, 3, 3, 300))).isTrue();
    }
}
