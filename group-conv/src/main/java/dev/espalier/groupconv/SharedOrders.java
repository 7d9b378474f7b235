package dev.espalier.groupconv;

import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.ir.Model;
import dev.espalier.groupconv.internal.convert.CoupledSides;
import dev.espalier.groupconv.option.OrderSharing;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Which orders of channels the layers of a network have: sides of equal numbers have one.
 *
 * @param inputs a number for each layer
 * @param outputs a number for each layer, never that of its inputs
 */
record SharedOrders(List<Integer> inputs, List<Integer> outputs) {
    SharedOrders {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
    }

    /** Orders shared like this; {@link OrderSharing#MIXED} like the stage that it begins from. */
    static SharedOrders of(
            Model model, List<GroupableLayer> layers, OrderSharing sharing, InputShapes shapes) {
        if (sharing == OrderSharing.LAYER) {
            return numbered(
                    layers.stream().map(layer -> layer.name() + " inputs").toList(),
                    layers.stream().map(layer -> layer.name() + " outputs").toList());
        }
        List<String> names = layers.stream().map(GroupableLayer::name).toList();
        CoupledSides sides = CoupledSides.of(model, names, shapes);
        boolean apart = sharing == OrderSharing.BRANCH;
        List<Object> inputs = new ArrayList<>();
        List<Object> outputs = new ArrayList<>();
        for (String name : names) {
            Integer read = sides.inputs().get(name);
            Integer made = sides.outputs().get(name);
            Object from = apart && isStream(read, sides) ? read + " read" : read;
            Object to = apart && isStream(made, sides) ? made + " made" : made;
            inputs.add(from == null ? name + " inputs" : from);
            // One order for both sides of a layer is no linear assignment.
            outputs.add(to == null || to.equals(from) ? name + " outputs" : to);
        }
        return numbered(inputs, outputs);
    }

    /** How many sides of layers have the order of this number. */
    int sides(int order) {
        return Collections.frequency(inputs, order) + Collections.frequency(outputs, order);
    }

    /** These orders, but for layers, by their places, that read in orders of their own. */
    SharedOrders apart(Collection<Integer> layers) {
        List<Integer> own = new ArrayList<>(inputs);
        int next =
                1
                        + Stream.concat(inputs.stream(), outputs.stream())
                                .mapToInt(order -> order)
                                .max()
                                .orElse(-1);
        for (int layer : layers) {
            own.set(layer, next++);
        }
        return new SharedOrders(own, outputs);
    }

    /** Whether channels are more than the passage from one layer to one other. */
    private static boolean isStream(Integer channels, CoupledSides sides) {
        return Collections.frequency(sides.inputs().values(), channels) > 1
                || Collections.frequency(sides.outputs().values(), channels) > 1;
    }

    private static SharedOrders numbered(List<?> inputs, List<?> outputs) {
        Map<Object, Integer> numbers = new HashMap<>();
        return new SharedOrders(numbers(inputs, numbers), numbers(outputs, numbers));
    }

    private static List<Integer> numbers(List<?> orders, Map<Object, Integer> numbers) {
        List<Integer> list = new ArrayList<>();
        for (Object order : orders) {
            numbers.putIfAbsent(order, numbers.size());
            list.add(numbers.get(order));
        }
        return list;
    }
}
