package dev.espalier.core.internal.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.core.data.Augmentation;
import dev.espalier.core.data.ColourJitter;
import dev.espalier.core.data.Dataset;
import dev.espalier.core.data.Preprocess;
import dev.espalier.core.data.SmallData;
import dev.espalier.core.internal.stored.ClassLabels;
import dev.espalier.core.internal.stored.ImageSource;
import dev.espalier.core.internal.stored.Images;
import dev.espalier.core.internal.stored.StoredDataset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class ErasureTest {
    @Property(tries = 500)
    void liesInTheImageAndHoldsToAreaAndProportions(
            @ForAll @IntRange(min = 1, max = 40) int height,
            @ForAll @IntRange(min = 1, max = 40) int width,
            @ForAll long seed) {
        Optional<Erasure> drawn = Erasure.draw(1, height, width, new SplittableRandom(seed));
        drawn.ifPresent(
                erasure -> {
                    assertThat(erasure.top()).isNotNegative();
                    assertThat(erasure.left()).isNotNegative();
                    assertThat(erasure.height()).isPositive();
                    assertThat(erasure.width()).isPositive();
                    assertThat(erasure.top() + erasure.height()).isLessThanOrEqualTo(height);
                    assertThat(erasure.left() + erasure.width()).isLessThanOrEqualTo(width);
                    // Sides are rounded to pixels, by a half at most.
                    double high = erasure.height();
                    double wide = erasure.width();
                    assertThat((high - 0.5) * (wide - 0.5)).isLessThan(0.33 * height * width);
                    assertThat((high - 0.5) / (wide + 0.5)).isLessThan(3.3);
                    assertThat((wide - 0.5) / (high + 0.5)).isLessThan(3.3);
                });
    }

    @Test
    void coversTheStatedSharesOfALargeImage() {
        SplittableRandom random = new SplittableRandom(3);
        int draws = 5000;
        double area = 0;
        double steepness = 0;
        for (int i = 0; i < draws; i++) {
            Erasure erasure = Erasure.draw(1, 400, 400, random).orElseThrow();
            double share = erasure.height() * erasure.width() / 160_000.0;
            assertThat(share).isBetween(0.0195, 0.3305);
            area += share;
            steepness += Math.log((double) erasure.height() / erasure.width());
        }
        // A little less than (0.02 + 0.33) / 2, since the largest do not always fit.
        assertThat(area / draws).isCloseTo(0.175, within(0.005));
        assertThat(steepness / draws).isCloseTo(0, within(0.03));
    }

    @Test
    void happensAsOftenAsAskedFor() {
        SplittableRandom random = new SplittableRandom(4);
        int[] count = new int[3];
        for (int i = 0; i < 2000; i++) {
            count[0] += Erasure.draw(0, 8, 8, random).isPresent() ? 1 : 0;
            count[1] += Erasure.draw(0.25, 8, 8, random).isPresent() ? 1 : 0;
            count[2] += Erasure.draw(1, 8, 8, random).isPresent() ? 1 : 0;
        }
        assertThat(count[0]).isZero();
        assertThat(count[1]).isBetween(440, 560);
        assertThat(count[2]).isEqualTo(2000);
    }

    @Test
    void leavesAnImageThatNoRectangleFitsInto() {
        SplittableRandom random = new SplittableRandom(5);
        int erased = 0;
        for (int i = 0; i < 1000; i++) {
            Optional<Erasure> drawn = Erasure.draw(1, 1, 400, random);
            erased += drawn.isPresent() ? 1 : 0;
            drawn.ifPresent(erasure -> assertThat(erasure.height()).isEqualTo(1));
        }
        assertThat(erased).isLessThan(1000);
    }

    @Test
    void setsExactlyItsRectangleOfEveryChannelToTheMean() {
        ImageSize size = new ImageSize(3, 6, 5);
        List<byte[]> pixels = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            pixels.add(SmallData.random(size.bytes(), i));
        }
        Images images = new Images.InMemory(size, pixels, ClassLabels.none(2));
        Preprocess preprocess = Preprocess.of(255, List.of(0.4771), List.of(0.25));
        Dataset data =
                new StoredDataset(new ImageSource(images, "x", preprocess), new int[] {0, 1}, 0);
        float[] plain = data.batch(new int[] {0, 1}).inputs().get("x").toFloats();
        Augmentation augmentation = new Augmentation(0, false, ColourJitter.NONE, 1);
        long seed = 9;
        float[] found =
                data.batch(new int[] {0, 1}, augmentation, seed).inputs().get("x").toFloats();
        for (int i = 0; i < 2; i++) {
            Erasure erasure = Erasure.draw(1, 6, 5, Change.erasure(seed, i)).orElseThrow();
            for (int k = 0; k < size.bytes(); k++) {
                int y = k / 5 % 6 - erasure.top();
                int x = k % 5 - erasure.left();
                boolean inside = y >= 0 && y < erasure.height() && x >= 0 && x < erasure.width();
                float expected = inside ? 0 : plain[i * size.bytes() + k];
                assertThat(found[i * size.bytes() + k]).isEqualTo(expected);
                assertThat(plain[i * size.bytes() + k]).isNotZero();
            }
        }
    }
}
