package dev.espalier.graft;

import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.ir.Model;
import dev.espalier.core.pass.Option;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.Withers;
import dev.espalier.train.loss.LossSettings;
import dev.espalier.train.loss.SoftTargets;
import dev.espalier.train.loss.UnderTeacher;
import dev.espalier.train.program.Objective;

/**
 * What each network minimises: {@code (1 - w) labels + w T^2 KL} under the network that the recipe
 * began with, as {@link SoftTargets} has it. Grafting with a teacher is the authors' Grafting+; see
 * Meng et al., Filter Grafting for Deep Neural Networks: Reason, Method, and Cultivation, 2020.
 *
 * @param labels what is minimised of what the examples say
 * @param teacher w, 0 for no teacher, 1 for no labels
 * @param temperature T, which divides the scores of both networks
 */
@Withers
public record GraftLoss(
        @Option(help = "What is minimised of what the examples say") LossSettings labels,
        @Option(
                        value = "0",
                        help = "Weight of the original network's probabilities, the rest is labels",
                        min = 0,
                        max = 1)
                double teacher,
        @Option(
                        value = "4",
                        help = "Divides the scores of the network and its teacher",
                        min = 0.01,
                        max = 1000)
                double temperature)
        implements GraftLossBuilder.With {
    public GraftLoss {
        if (teacher > 0 && labels.kind() != LossSettings.Kind.CROSS_ENTROPY) {
            throw new InvalidOptionException(
                    "a teacher's probabilities go with class labels, and the kind of labels is "
                            + labels.kind().name().toLowerCase(java.util.Locale.ROOT)
                            + "; set teacher to 0");
        }
    }

    /**
     * The loss of {@code model}.
     *
     * @throws UnsupportedModelException where it has a teacher, and no class scores [N, K] as that
     *     one has
     */
    Objective objective(Model model, PassContext context) {
        return UnderTeacher.of(
                labels.objective(model, context), teacher, temperature, model, context);
    }
}
