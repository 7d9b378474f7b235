package dev.espalier.train.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.train.regime.MixingSettings;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MixturesTest {
    private static final int DRAWS = 20_000;

    /** Variance {@code 1 / (4 (2 alpha + 1))}. */
    @ParameterizedTest
    @ValueSource(doubles = {0.001, 0.2, 0.5, 1, 2, 50})
    void betaHasItsMeanAndVariance(double alpha) {
        SplittableRandom random = new SplittableRandom(7);
        Beta beta = new Beta(alpha);
        double sum = 0;
        double squares = 0;
        for (int i = 0; i < DRAWS; i++) {
            double share = beta.draw(random);
            assertThat(share).isBetween(0.0, 1.0);
            sum += share;
            squares += Math.pow(share - 0.5, 2);
        }
        double variance = 1 / (4 * (2 * alpha + 1));
        assertThat(sum / DRAWS).isCloseTo(0.5, within(4 * Math.sqrt(variance / DRAWS)));
        assertThat(squares / DRAWS).isCloseTo(variance, within(0.04 * variance));
    }

    @Test
    void betaOfOneIsEven() {
        SplittableRandom random = new SplittableRandom(8);
        int[] tenths = new int[10];
        for (int i = 0; i < DRAWS; i++) {
            tenths[(int) Math.min(9, 10 * new Beta(1).draw(random))]++;
        }
        for (int count : tenths) {
            assertThat(count).isBetween(1800, 2200);
        }
    }

    @Test
    void boxesLieInTheImageAndTheShareIsWhatTheyLeave() {
        int height = 9;
        int width = 14;
        Mixtures mixtures = new Mixtures(new MixingSettings(0, 1), 3, height, width);
        boolean[] pasted = new boolean[height * width];
        double shares = 0;
        for (long step = 0; step < DRAWS; step++) {
            Mixture mixture = mixtures.at(step);
            Mixture.Box box = mixture.box();
            assertThat(box.top()).isBetween(0, box.bottom());
            assertThat(box.bottom()).isLessThanOrEqualTo(height);
            assertThat(box.left()).isBetween(0, box.right());
            assertThat(box.right()).isLessThanOrEqualTo(width);
            double area = (box.bottom() - box.top()) * (box.right() - box.left());
            assertThat(mixture.share()).isEqualTo(1 - area / (height * width));
            assertThat(mixture.blend()).isEqualTo(1);
            shares += mixture.share();
            for (int y = box.top(); y < box.bottom(); y++) {
                for (int x = box.left(); x < box.right(); x++) {
                    pasted[y * width + x] = true;
                }
            }
        }
        assertThat(pasted).containsOnly(true);
        // A half is drawn in the mean; what is cut off at the edges adds to it.
        assertThat(shares / DRAWS).isBetween(0.6, 0.8);
    }

    @Test
    void takesEitherKindInHalfOfTheSteps() {
        Mixtures mixtures = new Mixtures(new MixingSettings(0.2, 1), 3, 8, 8);
        int pastes = 0;
        for (long step = 0; step < DRAWS; step++) {
            Mixture mixture = mixtures.at(step);
            boolean blends = mixture.box().equals(Mixture.Box.NONE);
            assertThat(blends ? mixture.blend() : mixture.share()).isEqualTo(mixture.share());
            pastes += blends ? 0 : 1;
        }
        assertThat(pastes).isBetween(DRAWS / 2 - 400, DRAWS / 2 + 400);
    }

    @Test
    void aStepIsMixedAlikeEveryTimeAndUnlikeOthers() {
        MixingSettings settings = new MixingSettings(1, 0);
        Mixture once = new Mixtures(settings, 5, 1, 1).at(1234);
        assertThat(new Mixtures(settings, 5, 1, 1).at(1234)).isEqualTo(once);
        assertThat(new Mixtures(settings, 5, 1, 1).at(1235)).isNotEqualTo(once);
        assertThat(new Mixtures(settings, 6, 1, 1).at(1234)).isNotEqualTo(once);
    }

    @Test
    void theProgramReadsSixNumbers() {
        Mixture mixture = Mixture.pasting(new Mixture.Box(1, 3, 2, 4), 4, 4);
        assertThat(mixture.toTensor().toFloats()).containsExactly(1, 0.75f, 1, 3, 2, 4);
        assertThat(Mixture.blending(0.25).toTensor().toFloats())
                .containsExactly(0.25f, 0.25f, 0, 0, 0, 0);
    }
}
