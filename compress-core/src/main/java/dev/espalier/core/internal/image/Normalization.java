package dev.espalier.core.internal.image;

import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.data.Preprocess;
import java.util.List;

/** {@code (x / scale - mean) / std} for each channel of an example. */
public final class Normalization {
    private final double scale;
    private final double[] mean;
    private final double[] std;

    private Normalization(double scale, double[] mean, double[] std) {
        this.scale = scale;
        this.mean = mean;
        this.std = std;
    }

    /**
     * @param absentScale what {@code scale} is where it is not given
     * @throws InvalidOptionException where mean or std fit another number of channels
     */
    public static Normalization of(Preprocess preprocess, double absentScale, int channels) {
        return new Normalization(
                preprocess.scale().orElse(absentScale),
                spread("mean", preprocess.mean(), 0, channels),
                spread("std", preprocess.std(), 1, channels));
    }

    private static double[] spread(String name, List<Double> given, double absent, int channels) {
        if (given.size() > 1 && given.size() != channels) {
            throw new InvalidOptionException(
                    "preprocess: %s has %s numbers, the data has %s channels; give one for each"
                            .formatted(name, given.size(), channels));
        }
        double[] values = new double[channels];
        for (int c = 0; c < channels; c++) {
            values[c] = given.isEmpty() ? absent : given.get(given.size() == 1 ? 0 : c);
        }
        return values;
    }

    public float apply(double x, int channel) {
        return (float) ((x / scale - mean[channel]) / std[channel]);
    }

    /** What a 0 becomes in each channel. */
    public float[] zeros() {
        float[] zeros = new float[mean.length];
        for (int c = 0; c < mean.length; c++) {
            zeros[c] = apply(0, c);
        }
        return zeros;
    }

    /** The result for each unsigned byte, by channel: a look-up is faster than the arithmetic. */
    public float[][] table() {
        float[][] table = new float[mean.length][256];
        for (int c = 0; c < mean.length; c++) {
            for (int x = 0; x < 256; x++) {
                table[c][x] = apply(x, c);
            }
        }
        return table;
    }
}
