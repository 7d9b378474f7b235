package dev.espalier.groupconv.convert;

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
import java.util.Set;

/**
 * Which sides of convolutions read or make the same channels, so that one order of channels serves
 * them without a Gather: the outputs of a layer and the inputs of the next one, all that reads or
 * adds to a residual stream.
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
     * The sides of these layers; those whose channels cannot be reordered as a whole have numbers
     * of their own.
     *
     * @param layers names of Convs, or first outputs
     * @throws IllegalArgumentException where no Conv is called so
     */
    public static CoupledSides of(Model model, List<String> layers, InputShapes shapes) {
        ChannelGroups groups = ChannelGroups.of(DenseForm.of(model, shapes).model(), shapes);
        Map<Axis, AxisChannels> channels = AxisChannels.of(groups);
        Set<Integer> fixed = new HashSet<>();
        ChannelOrder.kept(groups)
                .keySet()
                .forEach(group -> fixed.add(groups.groups().indexOf(group)));
        Map<String, Integer> inputs = new HashMap<>();
        Map<String, Integer> outputs = new HashMap<>();
        int alone = groups.groups().size();
        for (String layer : layers) {
            Node conv = Convolutions.find(model.graph(), layer);
            int in = whole(groups, channels.get(new Axis(conv.input(0), 1)), fixed);
            int out = whole(groups, channels.get(new Axis(conv.output(0), 1)), fixed);
            inputs.put(layer, in < 0 ? alone++ : in);
            outputs.put(layer, out < 0 ? alone++ : out);
        }
        return new CoupledSides(inputs, outputs);
    }

    /** The group whose channels lie along an axis in their own order; -1 where none does. */
    private static int whole(ChannelGroups groups, AxisChannels along, Set<Integer> fixed) {
        if (along == null || along.size() == 0) {
            return -1;
        }
        int group = along.group(0);
        for (int position = 0; position < along.size(); position++) {
            if (along.group(position) != group || along.channel(position) != position) {
                return -1;
            }
        }
        return group < 0
                        || fixed.contains(group)
                        || groups.groups().get(group).size() != along.size()
                ? -1
                : group;
    }
}
