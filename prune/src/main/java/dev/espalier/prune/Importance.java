package dev.espalier.prune;

import dev.espalier.core.analysis.Axis;
import dev.espalier.core.analysis.ChannelGroup;
import dev.espalier.core.analysis.ChannelGroups;
import dev.espalier.core.analysis.ProducingLayer;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.layer.FilterNorms;
import dev.espalier.core.layer.Layer;
import java.util.Arrays;
import java.util.Optional;

/**
 * Scores the channels of a group by the L1 norms of the filters that make them. Each layer's norms
 * are divided by their mean, so that layers compare; where several layers make one channel, as on a
 * residual stream, their shares add up.
 */
final class Importance {
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
            addMade(scores, group, layer);
        }
        if (group.layers().isEmpty()) {
            for (Axis weight : groups.weights(group)) {
                Tensor tensor = constant(weight.value()).orElseThrow();
                if (tensor.shape().rank() > 1 && tensor.dataType().isFloating()) {
                    add(scores, group, weight, FilterNorms.along(tensor, weight.axis()));
                }
            }
        }
        return scores;
    }

    /** By the norms of the filters that make the channels, as they act. */
    private void addMade(double[] scores, ChannelGroup group, ProducingLayer layer) {
        Optional<Layer> known =
                Layer.of(layer.node(), groups.types()::constant)
                        .filter(found -> isMadeAlongOutputs(found, layer));
        if (known.isPresent()) {
            Graph graph = groups.model().graph();
            double[] norms = FilterNorms.effective(known.get(), graph, groups.types()::constant);
            add(scores, group, layer.output(), norms);
        } else {
            Tensor weight = constant(layer.weight().value()).orElseThrow();
            add(scores, group, layer.weight(), FilterNorms.along(weight, layer.weight().axis()));
        }
    }

    /** Not so of a constant that is multiplied from the left, or of one matrix of several. */
    private static boolean isMadeAlongOutputs(Layer found, ProducingLayer layer) {
        return found.node().input(found.form().input()).equals(layer.weight().value())
                && found.form().outputAxis(found.weight().shape()) == layer.weight().axis();
    }

    private static void add(double[] scores, ChannelGroup group, Axis made, double[] norms) {
        double mean = Arrays.stream(norms).average().orElse(0);
        int axis = group.axes().indexOf(made);
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

    private Optional<Tensor> constant(String value) {
        return groups.types().constant(value);
    }
}
