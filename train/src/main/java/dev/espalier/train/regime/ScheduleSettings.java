package dev.espalier.train.regime;

import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.pass.Option;
import dev.espalier.core.pass.Withers;
import java.util.List;
import java.util.Optional;

/**
 * The course of the learning rate, step by step, as a share of the highest one. It rises over the
 * warm-up and then
 *
 * <pre>
 *   cosine       falls to 0 along half a cosine: (1 + cos(pi t)) / 2
 *   one-cycle    does so too, and already rises along one, from 1/25
 *   step         stays, but is multiplied by factor at each milestone
 *   constant     stays
 * </pre>
 *
 * <p>with t going from 0 to 1 after the warm-up. See Loshchilov and Hutter, SGDR, 2017, for cosine
 * (here without restarts), Smith and Topin, Super-Convergence, 2018, for one-cycle, and He et al.,
 * Deep Residual Learning, 2016, for step with its defaults.
 *
 * @param warmup epochs over which the rate rises, linearly but for one-cycle; null for 1, or three
 *     tenths of all epochs with one-cycle
 * @param milestones shares of all epochs after which a step comes, rising
 * @param factor of a step
 */
@Withers
public record ScheduleSettings(
        @Option(value = "cosine", help = "Course of the learning rate after the warm-up") Kind kind,
        @Option(
                        value = "null",
                        help =
                                "Epochs over which the rate rises; null for 1, or 0.3 of all with one-cycle",
                        min = 0)
                Optional<Double> warmup,
        @Option(
                        value = "[0.5, 0.75]",
                        help = "Shares of all epochs after which a step comes",
                        min = 0,
                        max = 1)
                List<Double> milestones,
        @Option(value = "0.1", help = "What a step multiplies the rate by", min = 0, max = 1)
                double factor)
        implements ScheduleSettingsBuilder.With {
    /** Courses after the warm-up. */
    public enum Kind {
        COSINE,
        ONE_CYCLE,
        STEP,
        CONSTANT
    }

    /** Where one-cycle begins, as a share of the highest rate. */
    private static final double CYCLE_START = 1 / 25.0;

    private static final double CYCLE_WARMUP = 0.3;

    public ScheduleSettings {
        milestones = List.copyOf(milestones);
        for (int i = 1; i < milestones.size(); i++) {
            if (milestones.get(i) <= milestones.get(i - 1)) {
                throw new InvalidOptionException("milestones must rise, found " + milestones);
            }
        }
    }

    /**
     * The learning rate of one step as a share of the highest, from 0 to 1.
     *
     * @param step counted from 0 over all epochs
     * @param stepsPerEpoch at least 1
     */
    public double share(long step, int stepsPerEpoch, int epochs) {
        double rising = Math.min(warmup(epochs), epochs) * stepsPerEpoch;
        if (step < rising) {
            double t = (step + 1) / Math.ceil(rising);
            return kind == Kind.ONE_CYCLE ? CYCLE_START + (1 - CYCLE_START) * (1 - fall(t)) : t;
        }
        double all = (double) epochs * stepsPerEpoch;
        return switch (kind) {
            case COSINE, ONE_CYCLE -> fall((step - rising) / Math.max(1, all - rising));
            case STEP ->
                    Math.pow(
                            factor,
                            milestones.stream()
                                    .filter(milestone -> step >= milestone * all)
                                    .count());
            case CONSTANT -> 1;
        };
    }

    private double warmup(int epochs) {
        return warmup.orElse(kind == Kind.ONE_CYCLE ? CYCLE_WARMUP * epochs : 1.0);
    }

    /** Half a cosine from 1 to 0 as t goes from 0 to 1. */
    private static double fall(double t) {
        return (1 + Math.cos(Math.PI * t)) / 2;
    }
}
