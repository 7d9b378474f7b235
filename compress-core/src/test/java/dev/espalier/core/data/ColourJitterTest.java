package dev.espalier.core.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.internal.image.ColourFactors;
import dev.espalier.core.internal.image.ImageSize;
import dev.espalier.core.internal.stored.ClassLabels;
import dev.espalier.core.internal.stored.ImageSource;
import dev.espalier.core.internal.stored.Images;
import dev.espalier.core.internal.stored.StoredDataset;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ColourJitterTest {
    private static int[] apply(ColourFactors factors, int channels, int... pixels) {
        byte[] bytes = new byte[pixels.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) pixels[i];
        }
        byte[] changed = factors.apply(bytes, channels);
        return IntStream.range(0, changed.length).map(i -> changed[i] & 0xff).toArray();
    }

    @Test
    void brightnessMultipliesAndHoldsToTheRange() {
        assertThat(apply(new ColourFactors(1.5f, 1, 1), 1, 0, 1, 100, 170, 171, 255))
                .containsExactly(0, 2, 150, 255, 255, 255);
        assertThat(apply(new ColourFactors(0, 1, 1), 1, 0, 100, 255)).containsExactly(0, 0, 0);
    }

    @Test
    void contrastBlendsWithTheMeanGrey() {
        // The means of the channels are 50, 150 and 200: grey is 125.8 in the mean.
        int[] pixels = {0, 100, 100, 200, 150, 250};
        assertThat(apply(new ColourFactors(1, 0.5f, 1), 3, pixels))
                .containsExactly(63, 113, 113, 163, 138, 188);
        assertThat(apply(new ColourFactors(1, 1.5f, 1), 3, pixels))
                .containsExactly(0, 87, 87, 237, 162, 255);
        assertThat(apply(new ColourFactors(1, 0, 1), 3, pixels)).containsOnly(126);
    }

    @Test
    void theMeanIsOfTheBrightenedImage() {
        // 10 and 255 become 20 and 255, whose mean is 137.5.
        assertThat(apply(new ColourFactors(2, 0.5f, 1), 1, 10, 255)).containsExactly(79, 196);
    }

    @Test
    void saturationBlendsWithTheGreyOfThePixel() {
        // Grey is 0.299 * 200 + 0.587 * 100 + 0.114 * 50 = 124.2, and 40.
        int[] pixels = {200, 40, 100, 40, 50, 40};
        assertThat(apply(new ColourFactors(1, 1, 0.5f), 3, pixels))
                .containsExactly(162, 40, 112, 40, 87, 40);
        assertThat(apply(new ColourFactors(1, 1, 1.5f), 3, pixels))
                .containsExactly(238, 40, 88, 40, 13, 40);
        assertThat(apply(new ColourFactors(1, 1, 0), 3, pixels))
                .containsExactly(124, 40, 124, 40, 124, 40);
    }

    @Test
    void saturationIsNothingToGreyImages() {
        assertThat(apply(new ColourFactors(1, 1, 0.5f), 1, 3, 200)).containsExactly(3, 200);
    }

    @Test
    void factorsOfOneGiveTheSameArray() {
        byte[] pixels = {1, 2, 3};
        assertThat(ColourFactors.NONE.apply(pixels, 3)).isSameAs(pixels);
    }

    @Test
    void drawsFactorsEvenlyAroundOne() {
        SplittableRandom random = new SplittableRandom(1);
        int draws = 10_000;
        double sum = 0;
        double squares = 0;
        for (int i = 0; i < draws; i++) {
            ColourFactors factors = ColourFactors.draw(new ColourJitter(0.4, 0.2, 0), random);
            assertThat(factors.brightness()).isBetween(0.6f, 1.4f);
            assertThat(factors.contrast()).isBetween(0.8f, 1.2f);
            assertThat(factors.saturation()).isEqualTo(1);
            sum += factors.brightness() - 1;
            squares += Math.pow(factors.brightness() - 1, 2);
        }
        assertThat(sum / draws).isCloseTo(0, within(0.01));
        assertThat(squares / draws).isCloseTo(0.16 / 3, within(0.002));
    }

    private static Dataset images(int channels) {
        ImageSize size = new ImageSize(channels, 2, 2);
        Images images =
                new Images.InMemory(
                        size, List.of(SmallData.random(size.bytes(), 1)), ClassLabels.none(1));
        ImageSource source = new ImageSource(images, "x", Preprocess.DEFAULT);
        return new StoredDataset(source, new int[] {0}, 0);
    }

    @ParameterizedTest
    @CsvSource({"1,0.4,0", "3,0.4,0.4", "3,0,0.4"})
    void changesImagesOfEitherNumberOfChannels(int channels, double light, double saturation) {
        Dataset data = images(channels);
        Augmentation jitter =
                new Augmentation(0, false, new ColourJitter(light, light, saturation), 0);
        float[] found = data.batch(new int[] {0}, jitter, 3).inputs().get("x").toFloats();
        assertThat(found).isNotEqualTo(data.batch(new int[] {0}).inputs().get("x").toFloats());
        assertThat(found)
                .isEqualTo(data.batch(new int[] {0}, jitter, 3).inputs().get("x").toFloats());
        for (float value : found) {
            assertThat(value).isBetween(0f, 1f);
        }
    }

    @Test
    void refusesSaturationOfGreyImages() {
        Augmentation jitter = new Augmentation(0, false, new ColourJitter(0, 0, 0.1), 0);
        assertThatThrownBy(() -> images(1).batch(new int[] {0}, jitter, 0))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("needs colours, the data gives grey images")
                .hasMessageContaining("[1,2,2]")
                .hasMessageContaining("{saturation: 0}");
    }
}
