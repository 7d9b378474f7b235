package dev.espalier.quantize.internal.placement;

import dev.espalier.core.ir.Node;
import dev.espalier.core.op.Operators;
import dev.espalier.core.pass.PassContext;
import dev.espalier.quantize.internal.calibration.ChannelRanges;
import dev.espalier.quantize.internal.calibration.Observations;
import dev.espalier.quantize.internal.calibration.Observer;
import java.util.Collection;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * What it costs that all channels of an activation share one grid: a channel whose range is a small
 * part of the widest one's has few of the 256 levels.
 */
public final class SharedGrids {
    static final int LEVELS = 256;

    /** What a part has to have of them at least. */
    private static final int LEAST_LEVELS = 16;

    private SharedGrids() {}

    /** Whether a part that reaches as far as {@code part} has too few levels. */
    static boolean isShort(double part, double whole) {
        return part < whole * LEAST_LEVELS / LEVELS;
    }

    /** Along which axis the channels lie of the values that {@code layers} read. */
    public static Map<String, Integer> axes(Collection<Node> layers) {
        Map<String, Integer> axes = new HashMap<>();
        for (Node layer : layers) {
            axes.merge(
                    layer.input(0),
                    Operators.weights(layer).orElseThrow().channelAxis(),
                    Math::max);
        }
        return axes;
    }

    /**
     * Says for how many of {@code layers} at least half of the channels that they read have too few
     * levels, if there are any. Channels that are always zero do not count.
     */
    public static void note(Collection<Node> layers, Observations seen, PassContext context) {
        Node worst = null;
        double most = 0;
        int count = 0;
        for (Node layer : layers) {
            double share = shortShare(seen.of(layer.input(0)));
            if (share >= 0.5) {
                count++;
                if (share > most) {
                    worst = layer;
                    most = share;
                }
            }
        }
        if (worst != null) {
            context.note(
                    String.format(
                            Locale.ROOT,
                            "%s of which half of the channels or more have less"
                                    + " than %s of %s levels, %s the most, %.0f %%; '%s' before this"
                                    + " pass evens channels out",
                            count == 1 ? "1 layer reads a value" : count + " layers read values",
                            LEAST_LEVELS,
                            LEVELS,
                            worst.label(),
                            100 * most,
                            takesBias(worst) ? "equalize" : "smooth"));
        }
    }

    private static boolean takesBias(Node layer) {
        return Operators.weights(layer).orElseThrow().takesBias();
    }

    private static double shortShare(Observer observer) {
        ChannelRanges ranges = observer == null ? null : observer.channels().orElse(null);
        if (ranges == null) {
            return 0;
        }
        float whole = 0;
        for (int c = 0; c < ranges.channels(); c++) {
            whole = Math.max(whole, ranges.reach(c));
        }
        int used = 0;
        int few = 0;
        for (int c = 0; c < ranges.channels(); c++) {
            float reach = ranges.reach(c);
            used += reach > 0 ? 1 : 0;
            few += reach > 0 && isShort(reach, whole) ? 1 : 0;
        }
        return (double) few / Math.max(used, 1);
    }
}
