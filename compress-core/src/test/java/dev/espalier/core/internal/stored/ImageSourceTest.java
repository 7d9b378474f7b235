package dev.espalier.core.internal.stored;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.data.Augmentation;
import dev.espalier.core.data.ColourJitter;
import dev.espalier.core.data.Preprocess;
import dev.espalier.core.data.SmallData;
import dev.espalier.core.internal.image.Change;
import dev.espalier.core.internal.image.ColourFactors;
import dev.espalier.core.internal.image.ImageSize;
import dev.espalier.core.internal.image.Shift;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class ImageSourceTest {
    private static final Preprocess CIFAR =
            Preprocess.of(255, List.of(0.485, 0.456, 0.406), List.of(0.229, 0.224, 0.225));

    private static Images images(ImageSize size, int count) {
        List<byte[]> pixels =
                java.util.stream.IntStream.range(0, count)
                        .mapToObj(i -> SmallData.random(size.bytes(), i))
                        .toList();
        return new Images.InMemory(size, pixels, ClassLabels.none(count));
    }

    private static float[] read(ImageSource source, ImageSize size, Change change) {
        ByteBuffer target =
                ByteBuffer.allocateDirect(4 * size.bytes() + 4).order(ByteOrder.LITTLE_ENDIAN);
        source.read(0, "x", change, target);
        assertThat(target.position()).isEqualTo(4 * size.bytes());
        float[] values = new float[size.bytes()];
        target.flip();
        target.asFloatBuffer().get(values);
        return values;
    }

    /** The definition, pixel by pixel. */
    @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
    void shiftsAndMirrorsAsDefined(
            @ForAll @IntRange(min = 1, max = 9) int height,
            @ForAll @IntRange(min = 1, max = 9) int width,
            @ForAll @IntRange(min = -12, max = 12) int down,
            @ForAll @IntRange(min = -12, max = 12) int right,
            @ForAll boolean mirrored) {
        ImageSize size = new ImageSize(3, height, width);
        Images images = images(size, 1);
        float[] found =
                read(
                        new ImageSource(images, "x", CIFAR),
                        size,
                        new Change(new Shift(down, right, mirrored), ColourFactors.NONE));
        double[] mean = {0.485, 0.456, 0.406};
        double[] std = {0.229, 0.224, 0.225};
        for (int c = 0; c < 3; c++) {
            for (int y = 0; y < height; y++) {
                for (int x = 0; x < width; x++) {
                    int fromX = mirrored ? width - 1 - (x + right) : x + right;
                    int fromY = y + down;
                    boolean inside = fromY >= 0 && fromY < height && fromX >= 0 && fromX < width;
                    int pixel =
                            inside
                                    ? images.pixels(0)[(c * height + fromY) * width + fromX] & 0xff
                                    : 0;
                    assertThat(found[(c * height + y) * width + x])
                            .isEqualTo((float) ((pixel / 255.0 - mean[c]) / std[c]));
                }
            }
        }
    }

    @Test
    void changesColoursOfTheStoredImageAndPadsWithBlack() {
        ImageSize size = new ImageSize(1, 1, 3);
        byte[] pixels = {10, 40, 100};
        Images images = new Images.InMemory(size, List.of(pixels), ClassLabels.none(1));
        ImageSource source =
                new ImageSource(images, "x", Preprocess.of(1, List.of(5.0), List.of()));
        // The mean is 50: 10, 40 and 100 become 30, 45 and 75.
        Change change = new Change(new Shift(0, 1, false), new ColourFactors(1, 0.5f, 1));
        assertThat(read(source, size, change)).containsExactly(40, 70, -5);
        assertThat(pixels).containsExactly(10, 40, 100);
    }

    @Test
    void newHabitsLeaveTheShiftsAsTheyWere() {
        Augmentation plain = new Augmentation(4, true);
        Augmentation all = new Augmentation(4, true, new ColourJitter(0.4, 0.4, 0.4), 0.5);
        for (int i = 0; i < 100; i++) {
            Shift shift = Shift.draw(plain, 5, i);
            assertThat(Change.draw(plain, 5, i)).isEqualTo(new Change(shift, ColourFactors.NONE));
            assertThat(Change.draw(all, 5, i).shift()).isEqualTo(shift);
        }
        // What these seeds gave before there were other habits.
        assertThat(Shift.draw(plain, 5, 0)).isEqualTo(new Shift(-4, 3, false));
        assertThat(Shift.draw(plain, 5, 1)).isEqualTo(new Shift(-1, 3, false));
    }

    @Test
    void drawsEveryShiftAndBothDirections() {
        Augmentation augmentation = new Augmentation(2, true);
        java.util.Set<Shift> drawn = new java.util.HashSet<>();
        for (int i = 0; i < 2000; i++) {
            Shift shift = Shift.draw(augmentation, 5, i);
            assertThat(shift).isEqualTo(Shift.draw(augmentation, 5, i));
            drawn.add(shift);
        }
        assertThat(drawn).hasSize(5 * 5 * 2);
        assertThat(Shift.draw(Augmentation.NONE, 5, 1)).isEqualTo(Shift.NONE);
    }

    @Test
    void spreadsOneNumberOverAllChannels() {
        ImageSize size = new ImageSize(3, 1, 1);
        Preprocess preprocess = Preprocess.of(1, List.of(2.0), List.of(4.0));
        Images images = images(size, 1);
        float[] values = read(new ImageSource(images, "x", preprocess), size, Change.NONE);
        for (int c = 0; c < 3; c++) {
            assertThat(values[c]).isEqualTo(((images.pixels(0)[c] & 0xff) - 2) / 4f);
        }
    }

    @Test
    void refusesNumbersForAnotherNumberOfChannels() {
        Images grey = images(new ImageSize(1, 2, 2), 1);
        assertThatThrownBy(() -> new ImageSource(grey, "x", CIFAR))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessage(
                        "preprocess: mean has 3 numbers, the data has 1 channels; give one for each");
    }

    @Test
    void refusesPreprocessingThatDividesByNothing() {
        assertThatThrownBy(() -> Preprocess.of(0, List.of(), List.of()))
                .isInstanceOf(InvalidOptionException.class);
        assertThatThrownBy(() -> Preprocess.of(1, List.of(), List.of(1.0, 0.0)))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("std must be greater than 0");
        assertThatThrownBy(() -> Preprocess.of(1, List.of(Double.NaN), List.of()))
                .isInstanceOf(InvalidOptionException.class);
    }
}
