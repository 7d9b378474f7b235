package dev.espalier.groupconv;

import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.analysis.Cost;
import dev.espalier.core.analysis.NodeCost;
import dev.espalier.core.ir.Model;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.profile.LayerKind;
import dev.espalier.core.profile.Precision;
import dev.espalier.groupconv.option.Measure;
import dev.espalier.groupconv.option.TargetSettings;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * A convolution that a {@link TargetSettings} lets be cut.
 *
 * @param layer what it is
 * @param costs what it counts for dense, and in 2, 4, .. groups as far as it may be cut; never
 *     rising
 */
record CuttableLayer(GroupableLayer layer, List<Double> costs) {
    CuttableLayer {
        costs = List.copyOf(costs);
    }

    /**
     * A layer of which groups leave as large a part as their number says, such as of its weights.
     *
     * @param cost what it counts for as long as it is dense
     * @param most how often its channels may be halved
     */
    static CuttableLayer halved(GroupableLayer layer, long cost, int most) {
        return new CuttableLayer(
                layer,
                IntStream.rangeClosed(0, most)
                        .mapToObj(level -> cost / (double) (1 << level))
                        .toList());
    }

    /**
     * The layers of {@code model}, in the order of the graph; all others are told as skipped.
     *
     * @throws InvalidOptionException where a layer that shall stay dense is not there
     */
    static List<CuttableLayer> of(Model model, TargetSettings target, PassContext context) {
        Map<String, Long> costs = costs(model, target.measure(), context);
        Set<String> dense = new HashSet<>(target.keepDense().nodes());
        List<CuttableLayer> layers = new ArrayList<>();
        for (GroupableLayer layer : GroupableLayer.of(model, context::skipped)) {
            int most = mostCuts(layer, target.minChannels());
            if (dense.remove(layer.name())) {
                context.skipped(layer.label(), "it is named in keep-dense");
            } else if (most == 0) {
                context.skipped(
                        layer.label(),
                        "%s input and %s output channels are no two groups of %s channels or more"
                                .formatted(layer.inputs(), layer.outputs(), target.minChannels()));
            } else {
                layers.add(halved(layer, costs.getOrDefault(layer.name(), 0L), most));
            }
        }
        dense.removeAll(costs.keySet());
        if (!dense.isEmpty()) {
            throw new InvalidOptionException(
                    "keep-dense names '%s', and the model has no convolution of that name; its convolutions are %s"
                            .formatted(dense.iterator().next(), String.join(", ", costs.keySet())));
        }
        Precision timedIn =
                target.keepDense().timedIn().resolved(context.precision(LayerKind.SPATIAL));
        MeasuredCuts measured = new MeasuredCuts(model, timedIn, context);
        if (target.measure() == Measure.LATENCY) {
            return measured.timed(layers);
        }
        return target.keepDense().slower() ? measured.limit(layers) : layers;
    }

    /** How often its channels may be halved. */
    int most() {
        return costs.size() - 1;
    }

    /** The layer, cut less often. */
    CuttableLayer withMost(int cuts) {
        return new CuttableLayer(layer, costs.subList(0, cuts + 1));
    }

    /** What it counts for when its channels were halved so often. */
    double cost(int level) {
        return costs.get(level);
    }

    private static int mostCuts(GroupableLayer layer, int minChannels) {
        int narrower = Math.min(layer.outputs(), layer.inputs());
        int most = 0;
        while (most < CostMatrix.depth(layer.outputs(), layer.inputs())
                && narrower >> most + 1 >= minChannels) {
            most++;
        }
        return most;
    }

    private static Map<String, Long> costs(Model model, Measure measure, PassContext context) {
        Map<String, Long> costs = new java.util.LinkedHashMap<>();
        for (NodeCost node : Cost.of(model, context.inputShapes()).nodes()) {
            if (node.op().equals("Conv")) {
                costs.put(
                        node.name(),
                        measure == Measure.PARAMETERS ? node.parameters() : node.macs());
            }
        }
        return costs;
    }

    /** The fewest groups that remove {@code share} of it, as far as it may be cut. */
    int groupsFor(double share) {
        int level = 0;
        while (level < most() && costs.get(0) - cost(level) < share * costs.get(0)) {
            level++;
        }
        return 1 << Math.max(1, level);
    }

    /** The kept shares of a shuffle, as far as the layer may be cut. */
    List<Double> kept(NormMatrix norms, Shuffle shuffle) {
        return shuffle.kept(norms).subList(0, costs.size());
    }
}
