package dev.espalier.core.internal.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.data.Preprocess;
import java.util.Arrays;
import java.util.Optional;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class ImageGeometryTest {
    private static Preprocess sized(Integer resize, Integer crop) {
        return Preprocess.DEFAULT.withSize(Optional.ofNullable(resize), Optional.ofNullable(crop));
    }

    @Test
    void keepsProportionsOfTheShorterSide() {
        assertThat(ImageGeometry.result(new ImageSize(3, 375, 500), sized(256, null)))
                .isEqualTo(new ImageSize(3, 256, 341));
        assertThat(ImageGeometry.result(new ImageSize(3, 500, 375), sized(256, null)))
                .isEqualTo(new ImageSize(3, 341, 256));
        assertThat(ImageGeometry.result(new ImageSize(3, 500, 375), sized(256, 224)))
                .isEqualTo(new ImageSize(3, 224, 224));
        assertThat(ImageGeometry.result(new ImageSize(1, 28, 28), sized(null, null)))
                .isEqualTo(new ImageSize(1, 28, 28));
    }

    @Test
    void cropsTheMiddle() {
        byte[] pixels = new byte[4 * 6];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) i;
        }
        byte[] cropped =
                ImageGeometry.apply(pixels, new ImageSize(1, 4, 6), sized(null, 2), "image");
        assertThat(cropped).containsExactly(8, 9, 14, 15);
    }

    @Test
    void turnsInterleavedColourIntoPlanes() {
        byte[] pixels = {1, 2, 3, 4, 5, 6};
        assertThat(ImageGeometry.planar(pixels, new ImageSize(3, 1, 2)))
                .containsExactly(1, 4, 2, 5, 3, 6);
    }

    /** Values that Pillow 12.3 gives for {@code Image.resize(..., Image.BILINEAR)}. */
    @Test
    void resizesAsPillowDoes() {
        byte[] ramp = {0, 50, 100, (byte) 150, (byte) 200, (byte) 250};
        ImageSize row = new ImageSize(1, 1, 6);
        assertThat(unsigned(ImageResampling.resize(ramp, row, 1, 3))).containsExactly(36, 125, 214);
        assertThat(unsigned(ImageResampling.resize(ramp, row, 1, 4)))
                .containsExactly(19, 89, 161, 231);
        byte[] two = {0, 100};
        assertThat(unsigned(ImageResampling.resize(two, new ImageSize(1, 1, 2), 1, 4)))
                .containsExactly(0, 25, 75, 100);
    }

    @Test
    void resizesBothWaysAsPillowDoes() {
        byte[] pixels = new byte[5 * 7];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) (i % 7 * 37 + i / 7 * 61);
        }
        ImageSize size = new ImageSize(1, 5, 7);
        assertThat(unsigned(ImageResampling.resize(pixels, size, 3, 4)))
                .containsExactly(45, 103, 171, 172, 138, 153, 108, 96, 162, 61, 107, 165);
        assertThat(unsigned(ImageResampling.resize(pixels, size, 9, 3)))
                .containsExactly(
                        32, 111, 190, 52, 131, 180, 86, 165, 163, 120, 166, 114, 154, 158, 56, 157,
                        100, 90, 155, 58, 124, 127, 84, 158, 111, 99, 178);
    }

    private static int[] unsigned(byte[] bytes) {
        int[] values = new int[bytes.length];
        Arrays.setAll(values, i -> bytes[i] & 0xff);
        return values;
    }

    @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
    void keepsAnImageOfOneColour(
            @ForAll @IntRange(min = 1, max = 40) int height,
            @ForAll @IntRange(min = 1, max = 40) int width,
            @ForAll @IntRange(min = 1, max = 40) int toHeight,
            @ForAll @IntRange(min = 1, max = 40) int toWidth,
            @ForAll byte colour) {
        byte[] pixels = new byte[2 * height * width];
        Arrays.fill(pixels, colour);
        byte[] resized =
                ImageResampling.resize(pixels, new ImageSize(2, height, width), toHeight, toWidth);
        assertThat(resized).hasSize(2 * toHeight * toWidth).containsOnly(colour);
    }
}
