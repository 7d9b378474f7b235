package dev.espalier.groupconv.internal.convert;

import dev.espalier.core.analysis.ChannelGroup;
import dev.espalier.core.analysis.ChannelGroups;
import dev.espalier.core.analysis.FrozenChannels;
import dev.espalier.core.ir.Node;
import dev.espalier.groupconv.structure.GroupStructure;
import dev.espalier.groupconv.structure.Permutation;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Says where a shuffle of channels stays in the graph, and why. */
final class StayingGathers {
    private final ChannelGroups groups;
    private final Map<ChannelGroup, String> kept;
    private final Collection<StructuredLayer> layers;

    StayingGathers(
            ChannelGroups groups,
            Map<ChannelGroup, String> kept,
            Collection<StructuredLayer> layers) {
        this.groups = groups;
        this.kept = kept;
        this.layers = layers;
    }

    /** A sentence for each Gather beside {@code node}. */
    List<String> reasons(
            Node node, StructuredLayer layer, GroupStructure structure, int[][] orders) {
        List<String> reasons = new ArrayList<>();
        if (stays(structure.inputs())) {
            String reason = reason(node.input(0), layer, layer.inputs(), orders);
            reasons.add("its inputs are gathered, since " + reason);
        }
        if (stays(structure.outputs())) {
            String reason = reason(node.output(0), layer, layer.outputs(), orders);
            reasons.add("its outputs are gathered, since " + reason);
        }
        return reasons;
    }

    /** The same for a reordering that {@link DenseForm} put behind a Pad. */
    static List<String> betweenStages(GroupStructure structure) {
        Permutation left = structure.inputs().then(structure.outputs().inverse());
        return stays(left)
                ? List.of(
                        "its result is gathered, since the stages on both sides have an order of"
                                + " their own")
                : List.of();
    }

    private static boolean stays(Permutation permutation) {
        return !permutation.isIdentity();
    }

    private String reason(String value, StructuredLayer layer, LayerSide side, int[][] orders) {
        if (side.sequence(orders) != null) {
            return "its groups lie in another sequence on its other side";
        }
        if (side.groups().isEmpty()) {
            return "their order is fixed" + fixed(value).map(why -> ": " + why).orElse("");
        }
        List<String> rivals =
                layers.stream()
                        .filter(other -> other != layer)
                        .filter(
                                other ->
                                        shares(other.inputs(), side)
                                                || shares(other.outputs(), side))
                        .map(other -> "'" + other.output() + "'")
                        .limit(3)
                        .toList();
        return rivals.isEmpty()
                ? "no order of these channels suits both of its sides"
                : "its channels are shared with "
                        + String.join(", ", rivals)
                        + ", which want them in another order";
    }

    private static boolean shares(LayerSide a, LayerSide b) {
        return a.groups().stream().anyMatch(b.groups()::contains);
    }

    private Optional<String> fixed(String value) {
        if (groups.model().graph().feeds().stream().anyMatch(f -> f.name().equals(value))) {
            return Optional.of("they are graph input '" + value + "'");
        }
        Optional<String> frozen =
                groups.frozen().stream()
                        .filter(channels -> channels.layer().output().value().equals(value))
                        .map(FrozenChannels::reason)
                        .findFirst();
        return frozen.or(
                () ->
                        kept.entrySet().stream()
                                .filter(
                                        entry ->
                                                entry.getKey().axes().stream()
                                                        .anyMatch(a -> a.value().equals(value)))
                                .map(Map.Entry::getValue)
                                .findFirst());
    }
}
