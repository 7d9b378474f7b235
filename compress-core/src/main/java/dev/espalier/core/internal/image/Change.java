package dev.espalier.core.internal.image;

import dev.espalier.core.data.Augmentation;
import dev.espalier.core.data.ColourJitter;
import dev.espalier.core.data.Seeds;
import java.util.SplittableRandom;

/** What an augmentation does to one image while it is read. */
public record Change(Shift shift, ColourFactors colours) {
    public static final Change NONE = new Change(Shift.NONE, ColourFactors.NONE);

    /** Numbers of the random streams of one example, besides that of its shift. */
    private static final int COLOURS = 1;

    private static final int ERASURE = 2;

    /** Drawn from {@code seed} and {@code index} alone. */
    public static Change draw(Augmentation augmentation, long seed, int index) {
        ColourFactors colours =
                augmentation.jitter().equals(ColourJitter.NONE)
                        ? ColourFactors.NONE
                        : ColourFactors.draw(augmentation.jitter(), random(seed, index, COLOURS));
        return new Change(Shift.draw(augmentation, seed, index), colours);
    }

    /** What draws the {@link Erasure} of an example. */
    public static SplittableRandom erasure(long seed, int index) {
        return random(seed, index, ERASURE);
    }

    /** Streams of their own, so that one habit's draws do not depend on whether another is on. */
    private static SplittableRandom random(long seed, int index, int stream) {
        return new SplittableRandom(Seeds.mix(Seeds.mix(seed, index), stream));
    }
}
