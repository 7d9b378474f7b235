package dev.espalier.core.analysis;

import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.op.spec.Call;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which channels of a model go together: what {@code prune} and every other structured change may
 * cut, and what it may not and why.
 *
 * <p>A position is (value, axis, index). Every operator states which positions belong together
 * ({@link dev.espalier.core.op.spec.Operator#channels}); the classes of that relation are the
 * smallest cuts there are. A class that touches an axis which some node next to it does not
 * mention, an input or output of the graph, a value that a sub-graph reads, or an operator nobody
 * described is frozen. Free classes that run along the same axes form one {@link ChannelGroup}. A
 * zero Pad along channels makes channels that begin there, so a residual stream that widens by
 * padding falls into several groups, cut without harm to the others.
 */
public final class ChannelGroups {
    private final Model model;
    private final ShapeInference types;
    private final ShapeInference anyBatch;
    private final List<ChannelGroup> groups;
    private final List<FrozenChannels> frozen;

    ChannelGroups(
            Model model,
            ShapeInference types,
            ShapeInference anyBatch,
            List<ChannelGroup> groups,
            List<FrozenChannels> frozen) {
        this.model = model;
        this.types = types;
        this.anyBatch = anyBatch;
        this.groups = List.copyOf(groups);
        this.frozen = List.copyOf(frozen);
    }

    /**
     * The groups of {@code model}.
     *
     * @param shapes sizes for what the inputs leave open; the groups hold for any batch size
     * @throws dev.espalier.core.UnsupportedModelException where the inputs of a node do not fit its
     *     operator
     */
    public static ChannelGroups of(Model model, InputShapes shapes) {
        return new ChannelGroupFinder(model, shapes).find();
    }

    public Model model() {
        return model;
    }

    /** The types under which the groups were found. */
    public ShapeInference types() {
        return types;
    }

    /**
     * {@code node} as its operator was asked: sizes as bound, but constants only where they do not
     * depend on the batch size.
     */
    Call call(Node node) {
        return anyBatch.call(node, types);
    }

    /** In the order in which the channels first appear in the graph. */
    public List<ChannelGroup> groups() {
        return groups;
    }

    /** Layers some or all of whose filters have to stay, in the order of the graph. */
    public List<FrozenChannels> frozen() {
        return frozen;
    }

    /** The axes of weights that a removal from {@code group} cuts. */
    public Set<Axis> weights(ChannelGroup group) {
        Graph graph = model.graph();
        return group.axes().stream()
                .filter(axis -> graph.initializers().containsKey(axis.value()))
                .collect(Collectors.toUnmodifiableSet());
    }
}
