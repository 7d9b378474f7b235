package dev.espalier.groupconv.convert;

import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.analysis.ShapeInference;
import dev.espalier.core.data.ModelRunner;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.pass.PassContext;
import dev.espalier.groupconv.GroupStructure;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a convolution costs on this machine with any number of groups. Fewer multiplications are not
 * always less time: the runtime computes blocks of channels, and groups narrower than a block leave
 * it partly idle, so that 8 groups can be slower than 4, and 4 slower than none.
 *
 * <p>A layer is timed alone, at its own sizes, in a model of several copies with weights of their
 * own; layers of equal sizes are timed once. Not thread-safe.
 */
public final class GroupCost {
    /** A group convolution has to save this part of the dense one's time to be worth it. */
    private static final double LEAST_GAIN = 0.05;

    private final Model model;
    private final ShapeInference types;
    private final ModelTimer timer;
    private final Map<LayerProbe, Map<Integer, Double>> known = new HashMap<>();

    GroupCost(Model model, InputShapes shapes, ModelTimer timer) {
        this.model = model;
        this.types = ShapeInference.of(model, shapes);
        this.timer = timer;
    }

    /**
     * Costs of the layers of {@code model}, measured when they are asked for.
     *
     * @param shapes sizes for what the inputs leave open
     * @param runner runs the layers; with one thread, if one thread is what counts
     */
    public static GroupCost of(Model model, InputShapes shapes, ModelRunner runner) {
        return new GroupCost(model, shapes, ModelTimer.by(runner, InputShapes.ofBatch(1)));
    }

    /**
     * Seconds of one run of a dense layer cut into {@code groups} groups; of the layer itself for
     * 1.
     *
     * @param layer the name of a Conv, or its first output where it has none
     * @throws IllegalArgumentException where no Conv is called so, its sizes are not known, or the
     *     groups do not divide its channels
     */
    public double seconds(String layer, int groups) {
        LayerProbe sizes = sizes(Convolutions.find(model.graph(), layer));
        Map<Integer, Double> times = known.computeIfAbsent(sizes, k -> new HashMap<>());
        if (!times.containsKey(groups)) {
            // By turns with the dense layer, so that a busy machine favours neither.
            double[] both = timer.seconds(List.of(sizes.probe(1), sizes.probe(groups)));
            times.merge(1, both[0] / LayerProbe.COPIES, Math::min);
            times.merge(groups, both[1] / LayerProbe.COPIES, Math::min);
        }
        return times.get(groups);
    }

    /**
     * Whether that many groups are faster than the dense layer, by more than a measurement errs.
     */
    public boolean pays(String layer, int groups) {
        return groups > 1 && seconds(layer, groups) < (1 - LEAST_GAIN) * seconds(layer, 1);
    }

    /**
     * The structures that make their layer faster. The figures of each are noted, and the layers
     * that stay dense are told as refused.
     *
     * @throws IllegalArgumentException as {@link #seconds}
     */
    public Map<String, GroupStructure> paying(
            Map<String, GroupStructure> structures, PassContext context) {
        Map<String, GroupStructure> paying = new LinkedHashMap<>();
        structures.forEach(
                (layer, structure) -> {
                    String label = Convolutions.find(model.graph(), layer).label();
                    int groups = structure.groups();
                    context.checkCancelled();
                    if (groups == 1) {
                        paying.put(layer, structure);
                    } else if (pays(layer, groups)) {
                        paying.put(layer, structure);
                        context.note(label + ": " + figures(layer, groups));
                    } else {
                        context.skipped(
                                label,
                                "no faster in groups, stays dense: " + figures(layer, groups));
                    }
                });
        return paying;
    }

    private String figures(String layer, int groups) {
        double dense = seconds(layer, 1);
        double grouped = seconds(layer, groups);
        return String.format(
                Locale.ROOT,
                "%.1f µs dense, %.1f µs with %d groups (%.2f×)",
                1e6 * dense,
                1e6 * grouped,
                groups,
                dense / grouped);
    }

    private LayerProbe sizes(Node conv) {
        Shape input = types.shape(conv.input(0));
        Shape weight = types.shape(conv.input(1));
        if (!input.isRanked() || !input.isFixed() || !weight.isRanked() || !weight.isFixed()) {
            throw new IllegalArgumentException(
                    conv.label() + " has inputs of unknown sizes and cannot be timed");
        }
        return new LayerProbe(input, weight, conv.attributes());
    }
}
