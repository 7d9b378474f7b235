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
    public DataSplits {
        Objects.requireNonNull(training);
        Objects.requireNonNull(calibration);
        Objects.requireNonNull(validation);
        Objects.requireNonNull(test);
    }
}
