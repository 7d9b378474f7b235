package dev.espalier.core.analysis;

import dev.espalier.core.ir.Node;
import dev.espalier.core.op.Operators;
import dev.espalier.core.op.spec.ChannelLinks;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.IntUnaryOperator;
import java.util.stream.Collectors;

/**
 * Finds the groups whose channels have to keep their order. An exchange of two channels exchanges
 * their positions along every axis, the first with the first and so on. No node notices where each
 * tie it states becomes a tie that it states too, which holds for all exchanges when the same
 * places of every channel are tied.
 */
final class OrderSensitivity implements ChannelLinks {
    /** That place {@code a} of channels along one axis is tied to place {@code b} along another. */
    private record TiedPlaces(int group, int a, int b) {}

    private final ChannelGroups groups;
    private final Map<Axis, AxisChannels> channels;
    private final Map<ChannelGroup, String> sensitive = new LinkedHashMap<>();
    private Node node;

    private OrderSensitivity(ChannelGroups groups) {
        this.groups = groups;
        this.channels = AxisChannels.of(groups);
    }

    /** The groups that have to keep their order, with the node that minds it. */
    static Map<ChannelGroup, String> of(ChannelGroups groups) {
        OrderSensitivity sensitivity = new OrderSensitivity(groups);
        Set<String> values =
                sensitivity.channels.keySet().stream().map(Axis::value).collect(Collectors.toSet());
        for (Node node : groups.model().graph().nodes()) {
            // What the finder could not ask has no free channels around it.
            boolean isFree =
                    node.inputs().stream().anyMatch(values::contains)
                            || node.outputs().stream().anyMatch(values::contains);
            if (isFree) {
                sensitivity.node = node;
                Operators.of(node).orElseThrow().channels(groups.call(node), sensitivity);
            }
        }
        return sensitivity.sensitive;
    }

    @Override
    public void tie(String a, int axisA, String b, int axisB) {
        AxisChannels along = channels.get(new Axis(a, axisA));
        if (along != null) {
            tie(a, axisA, i -> i, b, axisB, i -> i, along.size());
        }
    }

    @Override
    public void tie(
            String a,
            int axisA,
            IntUnaryOperator indexA,
            String b,
            int axisB,
            IntUnaryOperator indexB,
            int count) {
        AxisChannels alongA = channels.get(new Axis(a, axisA));
        AxisChannels alongB = channels.get(new Axis(b, axisB));
        if (alongA == null || alongB == null) {
            return;
        }
        Map<TiedPlaces, BitSet> tied = new HashMap<>();
        for (int i = 0; i < count; i++) {
            int group = alongA.group(indexA.applyAsInt(i));
            if (group >= 0) {
                tied.computeIfAbsent(
                                new TiedPlaces(
                                        group,
                                        alongA.place(indexA.applyAsInt(i)),
                                        alongB.place(indexB.applyAsInt(i))),
                                k -> new BitSet())
                        .set(alongA.channel(indexA.applyAsInt(i)));
            }
        }
        tied.forEach(
                (places, found) -> {
                    ChannelGroup group = groups.groups().get(places.group());
                    if (found.cardinality() != group.size()) {
                        sensitive.putIfAbsent(group, "their order matters to " + node.label());
                    }
                });
    }

    /** Of several axes the one that was taken is the one along which there are channels. */
    @Override
    public void regroup(
            String whole, int wholeAxis, String parts, int from, int[] sizes, int preferred) {
        for (int axis = from; axis < from + sizes.length; axis++) {
            if (channels.containsKey(new Axis(parts, axis))) {
                ChannelLinks.super.regroup(whole, wholeAxis, parts, from, sizes, axis);
            }
        }
    }

    @Override
    public void allow(String value, int axis) {}

    @Override
    public void freeze(String value, int axis, String reason) {}
}
