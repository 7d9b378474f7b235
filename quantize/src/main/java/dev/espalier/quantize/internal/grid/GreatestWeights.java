package dev.espalier.quantize.internal.grid;

import java.util.Arrays;
import java.util.Locale;

/**
 * How great the 8-bit weights of output channels became that were written: 127 where nothing limits
 * them, less where sums could saturate otherwise.
 */
public final class GreatestWeights {
    private long sum;
    private int channels;
    private int limited;

    /**
     * Adds a layer's channels by the greatest magnitude of their weights; empty ones not counted.
     */
    public void add(int[] magnitudes) {
        int[] used = Arrays.stream(magnitudes).filter(magnitude -> magnitude > 0).toArray();
        sum += Arrays.stream(used).asLongStream().sum();
        channels += used.length;
        limited += (int) Arrays.stream(used).filter(m -> m < PairedWeights.GREATEST).count();
    }

    /** A sentence for the report. */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "greatest 8-bit weight of an output channel: %.0f on average, below 127 in %s of %s",
                (double) sum / Math.max(channels, 1),
                limited,
                channels);
    }
}
