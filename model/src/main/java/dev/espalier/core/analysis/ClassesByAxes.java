package dev.espalier.core.analysis;

import dev.espalier.core.ir.Graph;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Sorts the free classes of {@link Positions} into groups that run along the same axes. */
final class ClassesByAxes {
    /** The axes of a class with the number of its positions along each; equal for a group. */
    private record Signature(List<Integer> axes, List<Integer> counts) {}

    private static final class PositionClass {
        final List<Integer> axes = new ArrayList<>();
        final List<Integer> counts = new ArrayList<>();
        final List<Integer> indices = new ArrayList<>();

        void add(int axis, int index) {
            int last = axes.size() - 1;
            if (last < 0 || axes.get(last) != axis) {
                axes.add(axis);
                counts.add(1);
            } else {
                counts.set(last, counts.get(last) + 1);
            }
            indices.add(index);
        }
    }

    private final Positions positions;
    private final Graph graph;
    private final Map<Axis, ProducingLayer> layers;

    ClassesByAxes(Positions positions, Graph graph, Map<Axis, ProducingLayer> layers) {
        this.positions = positions;
        this.graph = graph;
        this.layers = layers;
    }

    /**
     * @param reasonByRoot negative at the root of a class that is free
     */
    List<ChannelGroup> groups(int[] reasonByRoot) {
        Map<Integer, PositionClass> classes = new LinkedHashMap<>();
        for (int ordinal = 0; ordinal < positions.axisCount(); ordinal++) {
            int first = positions.firstOf(ordinal);
            int end = positions.firstOf(ordinal + 1);
            for (int position = first; position < end; position++) {
                int root = positions.root(position);
                if (reasonByRoot[root] < 0) {
                    classes.computeIfAbsent(root, r -> new PositionClass())
                            .add(ordinal, position - first);
                }
            }
        }
        Map<Signature, List<PositionClass>> bySignature = new LinkedHashMap<>();
        for (PositionClass each : classes.values()) {
            bySignature
                    .computeIfAbsent(new Signature(each.axes, each.counts), s -> new ArrayList<>())
                    .add(each);
        }
        List<ChannelGroup> groups = new ArrayList<>();
        bySignature.forEach(
                (signature, members) -> {
                    // One channel alone has to stay: without it an axis could end up empty.
                    if (members.size() > 1 && hasWeight(signature)) {
                        groups.add(group(signature, members));
                    }
                });
        groups.sort(java.util.Comparator.comparingInt(this::place));
        return groups;
    }

    private boolean hasWeight(Signature signature) {
        return signature.axes().stream()
                .anyMatch(axis -> graph.initializers().containsKey(positions.axis(axis).value()));
    }

    private ChannelGroup group(Signature signature, List<PositionClass> members) {
        int[] starts = new int[signature.counts().size() + 1];
        for (int i = 0; i < signature.counts().size(); i++) {
            starts[i + 1] = starts[i] + signature.counts().get(i);
        }
        int[] indices =
                members.stream()
                        .flatMap(member -> member.indices.stream())
                        .mapToInt(Integer::intValue)
                        .toArray();
        List<Axis> axes = signature.axes().stream().map(positions::axis).toList();
        List<ProducingLayer> producers =
                axes.stream().map(layers::get).filter(java.util.Objects::nonNull).toList();
        return new ChannelGroup(axes, producers, starts, indices);
    }

    /** The place in the graph of the first node that makes a group's channels. */
    private int place(ChannelGroup group) {
        Map<String, Integer> places = places();
        return group.axes().stream()
                .mapToInt(axis -> places.getOrDefault(axis.value(), Integer.MAX_VALUE))
                .min()
                .orElse(Integer.MAX_VALUE);
    }

    private Map<String, Integer> places;

    private Map<String, Integer> places() {
        if (places == null) {
            places = new HashMap<>();
            for (int i = 0; i < graph.nodes().size(); i++) {
                for (String output : graph.nodes().get(i).outputs()) {
                    places.put(output, i);
                }
            }
        }
        return places;
    }
}
