package dev.espalier.graft;

import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.pass.Option;
import dev.espalier.core.pass.Withers;
import dev.espalier.train.regime.Regime;
import dev.espalier.train.run.TrainingPlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The networks that are trained side by side.
 *
 * @param networks K, at least 2 with external, where null is 2; one with internal and noise
 * @param rates their learning rates
 * @param initialize whether each starts from random weights of its own, instead of all as copies
 * @param scion what is grafted onto them
 * @param workers processes that train at once, each with its part of the threads; no more than K
 */
@Withers
public record MemberSettings(
        @Option(
                        value = "null",
                        help = "How many networks are trained, null for 2 with external, 1 without",
                        min = 1,
                        max = 64)
                Optional<Integer> networks,
        @Option(value = "different", help = "Learning rates of the networks") Rates rates,
        @Option(value = "false", help = "Whether training starts from fresh random weights")
                boolean initialize,
        @Option(help = "What is grafted between two epochs") ScionSettings scion,
        @Option(
                        value = "1",
                        help = "Processes that train at once, 1 for networks that take turns",
                        min = 1,
                        max = 64)
                int workers)
        implements MemberSettingsBuilder.With {
    /** Learning rates of networks that are trained side by side. */
    public enum Rates {
        /** {@code (1 + cos(pi (K - i) / K)) / 2} of the highest for network i = 1..K of K. */
        DIFFERENT,
        /** The same for all. */
        EQUAL
    }

    public MemberSettings {
        boolean external = scion.kind() == Scion.EXTERNAL;
        int count = networks.orElse(external ? 2 : 1);
        if (external && count < 2) {
            throw new InvalidOptionException(
                    "a network alone has no donor: set networks to 2 or more, or the scion's kind to"
                            + " internal or noise; found networks: "
                            + count);
        }
        if (!external && count > 1) {
            throw new InvalidOptionException(
                    "internal and noise graft within one network: leave networks out or set the"
                            + " scion's kind to external; found networks: "
                            + count);
        }
        if (workers > count) {
            throw new InvalidOptionException(
                    "a network is trained by one process at a time, so that more than %s have nothing to do; found workers: %s"
                            .formatted(count, workers));
        }
    }

    /** K. */
    public int count() {
        return networks.orElse(scion.kind() == Scion.EXTERNAL ? 2 : 1);
    }

    /**
     * What the learning rate of a network is multiplied by.
     *
     * @param i counted from 1
     */
    double multiplier(int i) {
        return rates == Rates.EQUAL ? 1 : (1 + Math.cos(Math.PI * (count() - i) / count())) / 2;
    }

    /** The plan of each. */
    List<TrainingPlan> plans(int epochs, double learningRate, Regime regime) {
        List<TrainingPlan> plans = new ArrayList<>();
        for (int i = 1; i <= count(); i++) {
            plans.add(new TrainingPlan(epochs, learningRate * multiplier(i), regime));
        }
        return plans;
    }
}
