package dev.espalier.core.profile;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * The blocks of channels that a kernel works in, seen from its times. A width c between two
 * multiples of s, of which C is the next, is hardly cheaper than C where it saves little of what it
 * would save if time followed operations:
 *
 * <pre>
 *   saving(c, C) = (1 - t(c) / t(C)) / (1 - (c / C)^p)      1: in proportion, 0: nothing
 * </pre>
 *
 * with p = 2 for layers of c to c channels and 1 for channelwise ones. The step is the largest of
 * 32, 16, 8 and 4 between whose multiples it does not pay to stop half-way: the median of the
 * saving over all measured odd multiples of s / 2 is at most {@link #HARDLY}. It is 1 where that is
 * true of none.
 *
 * <p>Each t is a median of rounds that ran by turns, and the median over widths bears one that was
 * disturbed.
 */
final class ChannelSteps {
    private static final int[] STEPS = {32, 16, 8, 4};

    /** Half of a proportional saving is not worth odd widths. */
    static final double HARDLY = 0.5;

    private ChannelSteps() {}

    /**
     * @param micros by width, of layers that are otherwise equal
     * @param power of the width that operations grow with
     * @return empty where no width lies between two others
     */
    static OptionalInt of(Map<Integer, Double> micros, int power) {
        boolean compared = false;
        for (int step : STEPS) {
            List<Double> savings = savings(micros, step / 2, step, power);
            if (!savings.isEmpty() && median(savings) <= HARDLY) {
                return OptionalInt.of(step);
            }
            compared |= !savings.isEmpty();
        }
        return compared ? OptionalInt.of(1) : OptionalInt.empty();
    }

    /** Of the multiples of {@code half} that are none of {@code step}. */
    private static List<Double> savings(
            Map<Integer, Double> micros, int half, int step, int power) {
        List<Double> savings = new ArrayList<>();
        micros.forEach(
                (width, time) -> {
                    int above = -Math.floorDiv(-width, step) * step;
                    Double whole = micros.get(above);
                    if (width % half == 0 && above != width && whole != null) {
                        double cheaper = 1 - Math.pow((double) width / above, power);
                        savings.add((1 - time / whole) / cheaper);
                    }
                });
        return savings;
    }

    /** The middle one, the lesser of two: what is slower for another reason is no saving. */
    private static double median(List<Double> values) {
        return values.stream().sorted().skip((values.size() - 1) / 2).findFirst().orElseThrow();
    }
}
