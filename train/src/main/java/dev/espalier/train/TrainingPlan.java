package dev.espalier.train;

import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.data.Augmentation;

/**
 * How long, how fast and on what a model is trained. The learning rate rises linearly over the
 * warm-up and then falls to 0 along half a cosine (Loshchilov and Hutter, SGDR, 2017, without
 * restarts), step by step.
 *
 * @param epochs passes over the training data
 * @param batch examples in a step; a last, smaller batch of an epoch is left out
 * @param learningRate the highest one
 * @param optimizer momentum, decay and warm-up
 * @param augmentation of the training images
 * @param program how the training program is made
 */
public record TrainingPlan(
        int epochs,
        int batch,
        double learningRate,
        OptimizerSettings optimizer,
        Augmentation augmentation,
        ProgramSettings program) {
    public TrainingPlan {
        if (epochs < 0 || batch < 1 || !(learningRate >= 0)) {
            throw new InvalidOptionException(
                    "training needs epochs >= 0, batch >= 1 and learning-rate >= 0, found %d, %d, %s"
                            .formatted(epochs, batch, learningRate));
        }
    }

    /**
     * The learning rate of one step.
     *
     * @param step counted from 0 over all epochs
     * @param stepsPerEpoch at least 1
     */
    double rate(long step, int stepsPerEpoch) {
        double rising = Math.min(optimizer.warmup(), epochs) * stepsPerEpoch;
        if (step < rising) {
            return learningRate * (step + 1) / Math.max(1, Math.ceil(rising));
        }
        double share = (step - rising) / Math.max(1, (double) epochs * stepsPerEpoch - rising);
        return learningRate * (1 + Math.cos(Math.PI * share)) / 2;
    }
}
