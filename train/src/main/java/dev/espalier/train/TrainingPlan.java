package dev.espalier.train;

import dev.espalier.core.InvalidOptionException;
import dev.espalier.train.regime.Regime;

/**
 * How long, how fast and on what a model is trained. The learning rate rises linearly over the
 * warm-up and then falls to 0 along half a cosine (Loshchilov and Hutter, SGDR, 2017, without
 * restarts), step by step.
 *
 * @param epochs passes over the training data
 * @param learningRate the highest one
 * @param regime everything else
 */
public record TrainingPlan(int epochs, double learningRate, Regime regime) {
    public TrainingPlan {
        if (epochs < 0 || !(learningRate >= 0)) {
            throw new InvalidOptionException(
                    "training needs epochs >= 0 and learning-rate >= 0, found %d and %s"
                            .formatted(epochs, learningRate));
        }
    }

    /**
     * The learning rate of one step.
     *
     * @param step counted from 0 over all epochs
     * @param stepsPerEpoch at least 1
     */
    double rate(long step, int stepsPerEpoch) {
        double rising = Math.min(regime.optimizer().warmup(), epochs) * stepsPerEpoch;
        if (step < rising) {
            return learningRate * (step + 1) / Math.max(1, Math.ceil(rising));
        }
        double share = (step - rising) / Math.max(1, (double) epochs * stepsPerEpoch - rising);
        return learningRate * (1 + Math.cos(Math.PI * share)) / 2;
    }
}
