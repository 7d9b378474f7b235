package dev.espalier.groupconv.option;

import dev.espalier.core.pass.Option;
import dev.espalier.core.pass.Withers;
import dev.espalier.train.loss.SoftTargets;

/**
 * The training of the weights inside of groups, those outside held at 0, and what both trainings
 * minimise: {@code (1 - w) labels + w T^2 KL} under the network that the recipe began with, as
 * {@link SoftTargets} has it.
 *
 * @param epochs 0 for none
 * @param learningRate highest
 * @param teacher w, 0 for no teacher, 1 for no labels
 * @param temperature T, which divides the scores of both networks
 * @param smoothing share of a class label that is spread over all classes
 */
@Withers
public record FineTuneSettings(
        @Option(
                        value = "12",
                        help = "Passes over the training data, 0 for none",
                        min = 0,
                        max = 10000)
                int epochs,
        @Option(value = "0.05", help = "Highest learning rate", min = 0, max = 100)
                double learningRate,
        @Option(
                        value = "0.9",
                        help = "Weight of the original network's probabilities, the rest is labels",
                        min = 0,
                        max = 1)
                double teacher,
        @Option(
                        value = "4",
                        help = "Divides the scores of the network and its teacher",
                        min = 0.01,
                        max = 1000)
                double temperature,
        @Option(value = "0", help = "Share of a label spread over all classes", min = 0, max = 1)
                double smoothing)
        implements FineTuneSettingsBuilder.With {}
