package dev.espalier.groupconv.internal.convert;

import dev.espalier.core.analysis.Axis;
import dev.espalier.core.analysis.AxisChannels;
import dev.espalier.core.analysis.ChannelGroups;
import dev.espalier.core.analysis.ChannelOrder;
import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which sides of convolutions read or make the same channels, so that one order of channels serves
 * them without a Gather: the outputs of a layer and the inputs of the next one, all that reads or
 * adds to a residual stream.
 *
 * <p>A side is in neither map where its channels cannot be put in any order as a whole: the graph
 * reads or gives them, they are joined from several places, or a group convolution that is there
 * already has them.
 *
 * @param inputs a number for the channels that a Conv reads, by its name or its first output;
 *     layers with equal numbers read the same channels at the same places
 * @param outputs the same for those that it makes, in the same numbers
 */
public record CoupledSides(Map<String, Integer> inputs, Map<String, Integer> outputs) {
    public CoupledSides {
        inputs = Map.copyOf(inputs);
        outputs = Map.copyOf(outputs);
    }

    /**
     * The sides of these layers.
     *
     * @param layers names of Convs, or first outputs
     * @throws IllegalArgumentException where no Conv is called so
     */
    public static CoupledSides of(Model model, List<String> layers, InputShapes shapes) {
        DenseForm form = DenseForm.of(model, shapes);
        ChannelGroups groups = ChannelGroups.of(form.model(), shapes);
        Map<Axis, AxisChannels> channels = AxisChannels.of(groups);
        Set<Integer> pinned = pinned(form, groups, channels);
        Map<String, Integer> inputs = new HashMap<>();
        Map<String, Integer> outputs = new HashMap<>();
        for (String layer : layers) {
            Node conv = Convolutions.find(model.graph(), layer);
            whole(groups, channels.get(new Axis(conv.input(0), 1)), pinned)
                    .ifPresent(group -> inputs.put(layer, group));
            whole(groups, channels.get(new Axis(conv.output(0), 1)), pinned)
                    .ifPresent(group -> outputs.put(layer, group));
        }
        return new CoupledSides(inputs, outputs);
    }

    /** Groups of channels that keep their order, or lie in the groups of a convolution already. */
    private static Set<Integer> pinned(
            DenseForm form, ChannelGroups groups, Map<Axis, AxisChannels> channels) {
        Set<Integer> pinned = new HashSet<>();
        ChannelOrder.kept(groups).keySet().forEach(g -> pinned.add(groups.groups().indexOf(g)));
        for (Node node : form.model().graph().nodes()) {
            for (int axis = 0; axis < 2 && form.groups().containsKey(node.output(0)); axis++) {
                AxisChannels along = channels.get(new Axis(node.input(1), axis));
                for (int i = 0; along != null && i < along.size(); i++) {
                    pinned.add(along.group(i));
                }
            }
        }
        return pinned;
    }

    /** The group that an axis is made of, each channel once and in its place. */
    private static Optional<Integer> whole(
            ChannelGroups groups, AxisChannels along, Set<Integer> pinned) {
        int group = along == null || along.size() == 0 ? -1 : along.group(0);
        if (group < 0
                || pinned.contains(group)
                || groups.groups().get(group).size() != along.size()) {
            return Optional.empty();
        }
        for (int position = 0; position < along.size(); position++) {
            if (along.group(position) != group || along.channel(position) != position) {
                return Optional.empty();
            }
        }
        return Optional.of(group);
    }
}
