package dev.espalier.core.data;

import java.util.Objects;

/**
 * A dataset in parts that share no example, except that calibration is taken from training.
 *
 * @param training what weights are fitted on
 * @param calibration a fixed sample of {@code training} for ranges and statistics
 * @param validation held out of the training data; every decision is taken on it
 * @param test touched once, for the final report
 */
public record DataSplits(Dataset training, Dataset calibration, Dataset validation, Dataset test) {
    private static final int CALIBRATION_SAMPLES = 512;

    public DataSplits {
        Objects.requireNonNull(training);
        Objects.requireNonNull(calibration);
        Objects.requireNonNull(validation);
        Objects.requireNonNull(test);
    }

    /** Examples to train and calibrate on, and none to judge on. */
    public static DataSplits of(Dataset training) {
        return of(training, new ChosenExamples(training, new int[0]));
    }

    /**
     * Examples to train on, and others to judge on. For calibration up to 512 of the training
     * examples are taken, evenly spread; there are none for a final test.
     *
     * @param validation shares no example with {@code training}
     */
    public static DataSplits of(Dataset training, Dataset validation) {
        int samples = Math.min(CALIBRATION_SAMPLES, training.size());
        int[] spread = new int[samples];
        for (int i = 0; i < samples; i++) {
            spread[i] = (int) ((long) i * training.size() / samples);
        }
        return new DataSplits(
                training,
                new ChosenExamples(training, spread),
                validation,
                new ChosenExamples(training, new int[0]));
    }

    /** These with only the first {@code samples} of the calibration examples. */
    public DataSplits withCalibration(int samples) {
        return new DataSplits(training, calibration.first(samples), validation, test);
    }
}
