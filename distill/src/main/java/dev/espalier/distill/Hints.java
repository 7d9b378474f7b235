package dev.espalier.distill;

import dev.espalier.core.ir.Shape;
import dev.espalier.train.loss.FreshWeights;
import dev.espalier.train.program.LossTerm;
import dev.espalier.train.program.LossWriter;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code mean (r(s) - t)^2}, averaged over pairs of feature maps s [N, C, H, W] and t [N, C', H,
 * W]. The regressor r is a convolution of 1x1 where the widths differ, trained with the student and
 * thrown away, and the identity where they are equal. See Romero et al., FitNets: Hints for Thin
 * Deep Nets, 2015, equation 3.
 *
 * @param pairs at least one
 * @param seed of the regressors' first weights
 */
record Hints(List<FeaturePair> pairs, long seed) implements LossTerm {
    Hints {
        pairs = List.copyOf(pairs);
    }

    @Override
    public String write(LossWriter writer) {
        List<String> losses = new ArrayList<>();
        for (int i = 0; i < pairs.size(); i++) {
            FeaturePair pair = pairs.get(i);
            String student = writer.value(pair.student());
            long width = writer.shape(pair.student()).size(1);
            long wanted = writer.teacherShape(0, pair.teacher()).size(1);
            if (width != wanted) {
                String regressor =
                        writer.weight(
                                "regressor at " + pair.student(),
                                FreshWeights.uniform(
                                        Shape.of(wanted, width, 1, 1), width, seed + i));
                student = "torch.conv2d(%s, %s)".formatted(student, regressor);
            }
            losses.add(
                    "torch.mse_loss(%s, %s)".formatted(student, writer.teacher(0, pair.teacher())));
        }
        return mean(losses);
    }

    /** The mean of scalar expressions. */
    static String mean(List<String> expressions) {
        return "torch.mean(torch.stack([" + String.join(", ", expressions) + "]))";
    }
}
