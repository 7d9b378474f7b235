package dev.espalier.train.run;

import dev.espalier.core.InvalidOptionException;
import dev.espalier.train.regime.Regime;

/**
 * How long, how fast and on what a model is trained.
 *
 * @param epochs passes over the training data
 * @param learningRate the highest one; {@link dev.espalier.train.regime.ScheduleSettings} has its
 *     course
 * @param regime everything else
 */
public record TrainingPlan(int epochs, double learningRate, Regime regime) {
    public TrainingPlan {
        if (epochs < 0 || !(learningRate >= 0)) {
            throw new InvalidOptionException(
                    "training needs epochs >= 0 and learning-rate >= 0, found %s and %s"
                            .formatted(epochs, learningRate));
        }
    }

    /**
     * The learning rate of one step.
     *
     * @param step counted from 0 over all epochs
     * @param stepsPerEpoch at least 1
     */
    public double rate(long step, int stepsPerEpoch) {
        return learningRate * regime.schedule().share(step, stepsPerEpoch, epochs);
    }
}
