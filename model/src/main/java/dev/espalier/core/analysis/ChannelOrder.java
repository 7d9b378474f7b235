package dev.espalier.core.analysis;

import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.GraphEditor;
import dev.espalier.core.ir.Initializer;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Tensor;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * A model with some of its channels in another order: every constant along which they lie is
 * reordered, nodes and outputs stay as they are. The channels of one {@link ChannelGroup} change
 * places with each other only. Immutable.
 */
public final class ChannelOrder {
    private final ChannelGroups groups;
    private final Map<Axis, int[]> positions;

    private ChannelOrder(ChannelGroups groups, Map<Axis, int[]> positions) {
        this.groups = groups;
        this.positions = positions;
    }

    /**
     * The groups whose channels have to keep their order, each with the reason: something in the
     * graph tells their positions apart though all of them are cut alike.
     */
    public static Map<ChannelGroup, String> kept(ChannelGroups groups) {
        return OrderSensitivity.of(groups);
    }

    /**
     * Puts channels in another order; groups that are not mentioned keep theirs.
     *
     * @param orders by group, which channel stands in each channel's place
     * @throws IllegalArgumentException where a group has to keep its order
     */
    public static ChannelOrder of(ChannelGroups groups, Map<ChannelGroup, int[]> orders) {
        Map<ChannelGroup, String> kept = kept(groups);
        Map<Axis, int[]> positions = new LinkedHashMap<>();
        orders.forEach(
                (group, order) -> {
                    if (kept.containsKey(group)) {
                        throw new IllegalArgumentException(
                                group + " keep their order: " + kept.get(group));
                    }
                    for (int a = 0; a < group.axes().size(); a++) {
                        Axis axis = group.axes().get(a);
                        int size = (int) groups.types().shape(axis.value()).size(axis.axis());
                        int[] along = positions.computeIfAbsent(axis, k -> identity(size));
                        for (int place = 0; place < order.length; place++) {
                            int[] to = group.positions(place, a);
                            int[] from = group.positions(order[place], a);
                            for (int i = 0; i < to.length; i++) {
                                along[to[i]] = from[i];
                            }
                        }
                    }
                });
        return new ChannelOrder(groups, positions);
    }

    private static int[] identity(int size) {
        return IntStream.range(0, size).toArray();
    }

    /** The old position at each position of an axis, as a new array; empty where none moved. */
    public Optional<int[]> positions(Axis axis) {
        return Optional.ofNullable(positions.get(axis)).map(int[]::clone);
    }

    /** {@code tensor}, which is what {@code value} held before, in the new order. */
    public Tensor reorder(String value, Tensor tensor) {
        Tensor reordered = tensor;
        for (int axis = 0; axis < tensor.shape().rank(); axis++) {
            int[] along = positions.get(new Axis(value, axis));
            if (along != null) {
                reordered = TensorSlices.keep(reordered, axis, along);
            }
        }
        return reordered;
    }

    /** The model in the new order. */
    public Model apply() {
        Graph graph = groups.model().graph();
        Set<String> values = new LinkedHashSet<>();
        positions.keySet().forEach(axis -> values.add(axis.value()));
        GraphEditor editor = new GraphEditor(graph);
        for (String value : values) {
            Initializer initializer = graph.initializers().get(value);
            if (initializer != null) {
                editor.setInitializer(value, reorder(value, initializer.tensor()));
            }
        }
        return groups.model().withGraph(editor.build());
    }
}
