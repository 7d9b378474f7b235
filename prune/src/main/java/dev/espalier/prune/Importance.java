package dev.espalier.prune;

import dev.espalier.core.analysis.Axis;
import dev.espalier.core.analysis.ChannelGroup;
import dev.espalier.core.analysis.ChannelGroups;
import dev.espalier.core.analysis.FilterNorms;
import dev.espalier.core.analysis.ProducingLayer;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Scores the channels of a group by the L1 norms of the filters that make them. Each layer's norms
 * are divided by their mean, so that layers compare; where several layers make one channel, as on a
 * residual stream, their shares add up.
 */
final class Importance {
    private static final double DEFAULT_EPSILON = 1e-5;

    private final ChannelGroups groups;

    Importance(ChannelGroups groups) {
        this.groups = groups;
    }

    /**
     * One score for each channel of {@code group}, as a new array. Channels that no layer makes,
     * but a Pad or a table, are scored by the weights that read them.
     */
    double[] of(ChannelGroup group) {
        double[] scores = new double[group.size()];
        for (ProducingLayer layer : group.layers()) {
            add(scores, group, layer.weight(), filterNorms(layer));
        }
        if (group.layers().isEmpty()) {
            for (Axis weight : groups.weights(group)) {
                Tensor tensor = constant(weight.value()).orElseThrow();
                if (tensor.shape().rank() > 1 && tensor.dataType().isFloating()) {
                    add(scores, group, weight, FilterNorms.l1(tensor, weight.axis()));
                }
            }
        }
        return scores;
    }

    private static void add(double[] scores, ChannelGroup group, Axis weight, double[] norms) {
        double mean = Arrays.stream(norms).average().orElse(0);
        int axis = group.axes().indexOf(weight);
        for (int channel = 0; channel < scores.length && mean > 0; channel++) {
            for (int index : group.positions(channel, axis)) {
                scores[channel] += norms[index] / mean / group.multiplicity(axis);
            }
        }
    }

    /**
     * How many layers make the channels of {@code group} out of other channels; a depthwise
     * convolution, which passes on what another layer made, does not count.
     */
    int mixingLayers(ChannelGroup group) {
        int count = 0;
        for (ProducingLayer layer : group.layers()) {
            boolean passesOn =
                    layer.node().inputs().stream()
                            .filter(input -> constant(input).isEmpty())
                            .anyMatch(input -> group.axes().contains(new Axis(input, 1)));
            boolean squares =
                    group.axes().stream()
                                    .filter(a -> a.value().equals(layer.weight().value()))
                                    .count()
                            > 1;
            count += passesOn && !squares ? 0 : 1;
        }
        return Math.max(1, count);
    }

    /** L1 norm of each filter of a layer, with the scale of a batch norm behind it. */
    private double[] filterNorms(ProducingLayer layer) {
        Tensor weight = constant(layer.weight().value()).orElseThrow();
        double[] norms = FilterNorms.l1(weight, layer.weight().axis());
        double[] scale = scaleBehind(layer);
        for (int i = 0; i < norms.length && scale.length == norms.length; i++) {
            norms[i] *= scale[i];
        }
        return norms;
    }

    /** What a batch norm right behind a layer multiplies its channels by; empty where none is. */
    private double[] scaleBehind(ProducingLayer layer) {
        List<Node> readers = groups.model().graph().consumers(layer.output().value());
        if (readers.size() != 1 || !readers.get(0).is("BatchNormalization")) {
            return new double[0];
        }
        Node norm = readers.get(0);
        Optional<Tensor> scale = constant(norm.input(1));
        Optional<Tensor> variance = constant(norm.input(4));
        if (scale.isEmpty() || variance.isEmpty()) {
            return new double[0];
        }
        double epsilon = norm.attributes().real("epsilon", (float) DEFAULT_EPSILON);
        float[] s = scale.get().toFloats();
        float[] v = variance.get().toFloats();
        double[] factors = new double[s.length];
        for (int i = 0; i < s.length; i++) {
            factors[i] = Math.abs(s[i]) / Math.sqrt(v[i] + epsilon);
        }
        return factors;
    }

    private Optional<Tensor> constant(String value) {
        return groups.types().constant(value);
    }
}
