package dev.espalier.core.internal.image;

import dev.espalier.core.data.Augmentation;
import dev.espalier.core.data.Seeds;
import java.util.SplittableRandom;

/**
 * What an augmentation does to one image: output pixel (y, x) is input pixel (y + down, x + right),
 * with x + right counted from the right edge where {@code mirrored}; 0 where that lies outside.
 */
public record Shift(int down, int right, boolean mirrored) {
    public static final Shift NONE = new Shift(0, 0, false);

    /** Drawn from {@code seed} and {@code index} alone. */
    public static Shift draw(Augmentation augmentation, long seed, int index) {
        if (augmentation.equals(Augmentation.NONE)) {
            return NONE;
        }
        SplittableRandom random = new SplittableRandom(Seeds.mix(seed, index));
        int padding = augmentation.padding();
        int down = random.nextInt(2 * padding + 1) - padding;
        int right = random.nextInt(2 * padding + 1) - padding;
        return new Shift(down, right, augmentation.flip() && random.nextBoolean());
    }
}
