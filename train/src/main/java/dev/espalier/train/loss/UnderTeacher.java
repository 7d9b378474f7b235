package dev.espalier.train.loss;

import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.analysis.ShapeInference;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.pass.PassContext;
import dev.espalier.train.loss.WeightedSum.Weighted;
import dev.espalier.train.program.Objective;
import java.util.List;

/**
 * The loss {@code (1 - w) labels + w T^2 KL} of a classifier under the network that the recipe
 * began with; see {@link SoftTargets}.
 */
public final class UnderTeacher {
    private UnderTeacher() {}

    /**
     * The loss of {@code model}; {@code labels} itself where {@code weight} is 0.
     *
     * @param labels what is minimised of what the examples say
     * @param weight w, from 0 to 1
     * @param temperature T, which divides the scores of both networks
     * @throws UnsupportedModelException where it has a teacher, and no class scores [N, K] as that
     *     one has
     */
    public static Objective of(
            Objective labels, double weight, double temperature, Model model, PassContext context) {
        if (weight == 0) {
            return labels;
        }
        Shape learned = scores(model, context);
        Shape taught = scores(context.original(), context);
        if (learned.rank() != 2 || !learned.isFixed() || !learned.equals(taught)) {
            throw new UnsupportedModelException(
                    "a teacher needs class scores [N, K] as the first output of both networks, found %s here and %s of the original network; set teacher to 0"
                            .formatted(learned, taught));
        }
        return new WeightedSum(
                List.of(
                        new Weighted(1 - weight, labels),
                        new Weighted(weight, new SoftTargets(temperature))),
                List.of(context.original()));
    }

    private static Shape scores(Model model, PassContext context) {
        return ShapeInference.of(model, context.inputShapes())
                .shape(model.graph().outputs().get(0).name());
    }
}
