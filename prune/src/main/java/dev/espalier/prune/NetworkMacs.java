package dev.espalier.prune;

import dev.espalier.core.analysis.Axis;
import dev.espalier.core.analysis.ChannelGroup;
import dev.espalier.core.analysis.ChannelGroups;
import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.op.Operators;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.Operator;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Multiply-accumulate operations of a network while its groups get narrower, without making the
 * narrower model: each operator is asked for its count at the sizes that would be left.
 */
final class NetworkMacs {
    private final ChannelGroups groups;
    private final Map<ChannelGroup, Set<Node>> nodes = new HashMap<>();
    private final Map<Node, Long> macs = new java.util.IdentityHashMap<>();
    private final Map<Axis, Integer> removed = new HashMap<>();
    private long total;

    NetworkMacs(ChannelGroups groups) {
        this.groups = groups;
        Map<String, List<Node>> byValue = new HashMap<>();
        for (Node node : groups.model().graph().nodes()) {
            long count = count(node);
            total += count;
            if (count > 0) {
                macs.put(node, count);
                node.inputs()
                        .forEach(v -> byValue.computeIfAbsent(v, k -> new ArrayList<>()).add(node));
                node.outputs()
                        .forEach(v -> byValue.computeIfAbsent(v, k -> new ArrayList<>()).add(node));
            }
        }
        for (ChannelGroup group : groups.groups()) {
            Set<Node> touched =
                    java.util.Collections.newSetFromMap(new java.util.IdentityHashMap<>());
            group.axes()
                    .forEach(axis -> touched.addAll(byValue.getOrDefault(axis.value(), List.of())));
            nodes.put(group, touched);
        }
    }

    long total() {
        return total;
    }

    /** Those of one node. */
    long of(Node node) {
        return macs.getOrDefault(node, 0L);
    }

    /** Whether removing from one of two groups changes what removing from the other saves. */
    boolean meet(ChannelGroup a, ChannelGroup b) {
        return nodes.get(a).stream().anyMatch(nodes.get(b)::contains);
    }

    /** What {@link #remove} would take from {@link #total}. */
    long saved(ChannelGroup group, int channels) {
        shift(group, channels);
        long saved = 0;
        for (Node node : nodes.get(group)) {
            saved += macs.get(node) - count(node);
        }
        shift(group, -channels);
        return saved;
    }

    /** Makes {@code group} narrower by some channels, or wider where the number is negative. */
    void remove(ChannelGroup group, int channels) {
        shift(group, channels);
        for (Node node : nodes.get(group)) {
            long count = count(node);
            total += count - macs.put(node, count);
        }
    }

    private void shift(ChannelGroup group, int channels) {
        for (int i = 0; i < group.axes().size(); i++) {
            removed.merge(group.axes().get(i), channels * group.multiplicity(i), Integer::sum);
        }
    }

    private long count(Node node) {
        Optional<Operator> operator = Operators.of(node);
        Set<String> values = new LinkedHashSet<>(node.inputs());
        values.addAll(node.outputs());
        values.remove("");
        boolean typed = values.stream().allMatch(this::isSized);
        if (operator.isEmpty() || !typed) {
            return 0;
        }
        return operator.get()
                .macs(new Call(node, groups.model().opset(), this::type, groups.types()::constant));
    }

    private boolean isSized(String value) {
        Shape shape = groups.types().shape(value);
        return shape.isRanked() && shape.isFixed();
    }

    private Optional<TensorType> type(String value) {
        return groups.types().type(value).map(type -> narrowed(value, type));
    }

    private TensorType narrowed(String value, TensorType type) {
        Shape shape = type.shape();
        for (int axis = 0; axis < shape.rank(); axis++) {
            int gone = removed.getOrDefault(new Axis(value, axis), 0);
            if (gone > 0) {
                shape = shape.with(axis, Dim.of(shape.size(axis) - gone));
            }
        }
        return type.withShape(shape);
    }
}
