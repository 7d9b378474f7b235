package dev.espalier.train.loss;

import dev.espalier.train.program.LossWriter;
import dev.espalier.train.program.Objective;
import dev.espalier.train.program.Truth;

/**
 * How far the first output is from the numbers that the examples give, {@code mean (y - target)^2}
 * or {@code mean |y - target|} over all elements: regression.
 *
 * @param squared whether differences are squared; else their size counts, so that single wild
 *     targets weigh less
 */
public record TargetDifference(boolean squared) implements Objective {
    @Override
    public Truth truth() {
        return Truth.NUMBERS;
    }

    @Override
    public String write(LossWriter writer) {
        return writer.labelled(
                targets ->
                        "torch.%s(%s, %s)"
                                .formatted(
                                        squared ? "mse_loss" : "l1_loss",
                                        writer.scores(),
                                        targets));
    }
}
