package dev.espalier.groupconv.option;

import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.pass.Option;
import dev.espalier.core.pass.Withers;
import java.util.Optional;

/**
 * How much is to go, and what may be cut.
 *
 * @param measure what is counted
 * @param removed share of it, over all convolutions that can be cut, that shall go. Group counts
 *     are powers of two, so that mostly a little more goes
 * @param minKept share of a layer's weights, by magnitude, that its groups keep at least; a layer
 *     that would keep less gets fewer groups. Null for 0.9 without any training, which could not
 *     mend it, and 0 with
 * @param minChannels channels that a group has at least on either side: runtimes work on blocks of
 *     channels, and narrow groups are slow
 * @param keepDense layers that stay as they are
 */
@Withers
public record TargetSettings(
        @Option(value = "macs", help = "What is counted") Measure measure,
        @Option(value = "0.5", help = "Share of it that shall go", min = 0, max = 1) double removed,
        @Option(
                        value = "null",
                        help =
                                "Share of a layer's weights that stays at least; null for 0.9 untrained, 0 trained",
                        min = 0,
                        max = 1)
                Optional<Double> minKept,
        @Option(
                        value = "8",
                        help = "Channels that a group has at least on either side",
                        min = 1,
                        max = 65536)
                int minChannels,
        @Option(help = "What stays dense though it could be cut") KeepDense keepDense)
        implements TargetSettingsBuilder.With {
    /** Without training, what groups lose is lost: less than this is refused. */
    static final double UNTRAINED = 0.9;

    public TargetSettings {
        if (removed >= 1) {
            throw new InvalidOptionException(
                    "removed: 1 would leave nothing of the convolutions; ask for less");
        }
    }

    /** The least share that stays, in a pass that trains or does not. */
    public double leastKept(boolean trains) {
        return minKept.orElse(trains ? 0 : UNTRAINED);
    }
}
