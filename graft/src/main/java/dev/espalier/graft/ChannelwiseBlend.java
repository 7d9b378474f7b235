package dev.espalier.graft;

import dev.espalier.core.analysis.Axis;
import dev.espalier.core.analysis.ChannelGroup;
import dev.espalier.core.analysis.ChannelGroups;
import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.pass.PassContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Grafts one network's tensors onto another's, channel by channel, by the batch-norm scales of
 * both:
 *
 * <pre>
 *   w_j = |scale_own,j| / (|scale_own,j| + |scale_donor,j|)         1/2 where both are 0
 *   W_own,j = w_j W_own,j + (1 - w_j) W_donor,j
 * </pre>
 *
 * <p>W_j is everything that belongs to channel j: the filter that makes it, its bias, its places in
 * the batch norm, and the slice of every filter that reads it. A weight that one channel reads and
 * another makes keeps the mean of both shares. Where several batch norms scale one channel, as
 * along a residual stream, their magnitudes are added up.
 *
 * <p>What belongs to no channel that a batch norm scales is blended as a whole, by {@link
 * LayerwiseBlend}. See Meng et al., Filter Grafting for Deep Neural Networks, 2020, and the
 * authors' code, which has it for networks without branches.
 */
final class ChannelwiseBlend implements Blend {
    /** Channels with the magnitudes of their scales, by the axis of each along which they lie. */
    private final List<ChannelGroup> scaled = new ArrayList<>();

    private final Graph graph;
    private final Set<String> scales = new HashSet<>();
    private final LayerwiseBlend layers;

    /**
     * @param shapes sizes for what the inputs of {@code model} leave open
     */
    ChannelwiseBlend(Model model, InputShapes shapes, BlendSettings settings) {
        graph = model.graph();
        layers = new LayerwiseBlend(graph, settings);
        graph.nodes().stream()
                .filter(node -> node.is("BatchNormalization"))
                .forEach(node -> scales.add(node.input(1)));
        if (!scales.isEmpty()) {
            ChannelGroups.of(model, shapes).groups().stream()
                    .filter(this::isScaled)
                    .forEach(scaled::add);
        }
    }

    private boolean isScaled(ChannelGroup group) {
        return group.axes().stream().anyMatch(axis -> scales.contains(axis.value()));
    }

    @Override
    public Map<String, Kept> kept(Map<String, Tensor> own, Map<String, Tensor> donor) {
        Map<Axis, double[]> shares = new HashMap<>();
        for (ChannelGroup group : scaled) {
            double[] kept = shares(group, own, donor);
            for (int axis = 0; axis < group.axes().size(); axis++) {
                Axis along = group.axes().get(axis);
                Tensor tensor = own.get(along.value());
                if (tensor != null) {
                    double[] places =
                            shares.computeIfAbsent(
                                    along, key -> unknown(tensor.shape().size(key.axis())));
                    for (int channel = 0; channel < group.size(); channel++) {
                        for (int place : group.positions(channel, axis)) {
                            places[place] = kept[channel];
                        }
                    }
                }
            }
        }
        Map<String, Kept> kept = new LinkedHashMap<>();
        layers.shares(own, donor)
                .forEach((name, share) -> kept.put(name, kept(name, own.get(name), shares, share)));
        return kept;
    }

    private static double[] unknown(long size) {
        double[] places = new double[Math.toIntExact(size)];
        Arrays.fill(places, Double.NaN);
        return places;
    }

    private double[] shares(
            ChannelGroup group, Map<String, Tensor> own, Map<String, Tensor> donor) {
        double[] mine = magnitudes(group, own);
        double[] its = magnitudes(group, donor);
        for (int channel = 0; channel < mine.length; channel++) {
            double sum = mine[channel] + its[channel];
            mine[channel] = sum > 0 ? mine[channel] / sum : 0.5;
        }
        return mine;
    }

    private double[] magnitudes(ChannelGroup group, Map<String, Tensor> tensors) {
        double[] magnitudes = new double[group.size()];
        for (int axis = 0; axis < group.axes().size(); axis++) {
            String name = group.axes().get(axis).value();
            if (scales.contains(name) && tensors.containsKey(name)) {
                float[] scale = tensors.get(name).toFloats();
                for (int channel = 0; channel < magnitudes.length; channel++) {
                    for (int place : group.positions(channel, axis)) {
                        magnitudes[channel] += Math.abs(scale[place]);
                    }
                }
            }
        }
        return magnitudes;
    }

    /** The shares of one tensor: of each number the mean over the axes that know one. */
    private static Kept kept(
            String name, Tensor tensor, Map<Axis, double[]> shares, double otherwise) {
        long[] sizes = tensor.shape().sizes();
        List<double[]> along = new ArrayList<>();
        List<Integer> strides = new ArrayList<>();
        int stride = 1;
        for (int axis = sizes.length - 1; axis >= 0; axis--) {
            double[] places = shares.get(new Axis(name, axis));
            if (places != null) {
                along.add(places);
                strides.add(stride);
            }
            stride *= (int) sizes[axis];
        }
        if (along.isEmpty()) {
            return Kept.everywhere(otherwise);
        }
        double[] all =
                along.stream()
                        .flatMapToDouble(Arrays::stream)
                        .map(share -> Double.isNaN(share) ? otherwise : share)
                        .toArray();
        return new Kept(
                Arrays.stream(all).min().orElse(otherwise),
                Arrays.stream(all).max().orElse(otherwise),
                place -> mean(place, along, strides, otherwise));
    }

    private static double mean(
            int place, List<double[]> along, List<Integer> strides, double otherwise) {
        double sum = 0;
        int known = 0;
        for (int i = 0; i < along.size(); i++) {
            double[] places = along.get(i);
            double share = places[place / strides.get(i) % places.length];
            if (!Double.isNaN(share)) {
                sum += share;
                known++;
            }
        }
        return known == 0 ? otherwise : sum / known;
    }

    /** Names the layers that are blended as a whole. */
    @Override
    public void explain(PassContext context) {
        Set<String> reached = new HashSet<>();
        scaled.forEach(group -> group.axes().forEach(axis -> reached.add(axis.value())));
        Set<String> seen = new HashSet<>();
        for (Node node : graph.nodes()) {
            for (String input : node.inputs()) {
                boolean whole =
                        LayerwiseBlend.isWeight(graph, input)
                                && seen.add(input)
                                && !reached.contains(input);
                if (whole) {
                    context.skipped(
                            node.label(),
                            "blended as a whole, by entropy: no batch norm scales its channels, or"
                                    + " they cannot be followed to one");
                }
            }
        }
    }
}
