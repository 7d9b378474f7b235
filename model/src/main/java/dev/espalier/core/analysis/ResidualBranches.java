package dev.espalier.core.analysis;

import dev.espalier.core.ir.Attributes;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.GraphEditor;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The residual branches of a model, and the model without some of them. A branch is found at an Add
 * of two values of one shape, neither of which the outside sees under the sum's name, where one
 * side's own nodes read nothing but constants and what the other side is computed from.
 */
public final class ResidualBranches {
    private final Model model;
    private final Graph graph;
    private final ShapeInference types;
    private final Map<Node, Long> macs = new IdentityHashMap<>();

    private ResidualBranches(Model model, InputShapes shapes) {
        this.model = model;
        this.graph = model.graph();
        this.types = ShapeInference.of(model, shapes);
        List<NodeCost> costs = Cost.of(model, shapes).nodes();
        for (int i = 0; i < costs.size(); i++) {
            macs.put(graph.nodes().get(i), costs.get(i).macs());
        }
    }

    /** The branches that compute something, in the order of the graph. */
    public static List<ResidualBranch> of(Model model, InputShapes shapes) {
        ResidualBranches branches = new ResidualBranches(model, shapes);
        return model.graph().nodes().stream()
                .filter(node -> node.is("Add"))
                .flatMap(add -> branches.at(add).stream())
                .toList();
    }

    private Optional<ResidualBranch> at(Node add) {
        String a = add.input(0);
        String b = add.input(1);
        Shape shape = types.shape(add.output(0));
        boolean replaceable =
                !graph.isOutput(add.output(0)) && !graph.isCaptured(add.output(0)) && !a.equals(b);
        if (!replaceable
                || !shape.isRanked()
                || !shape.equals(types.shape(a))
                || !shape.equals(types.shape(b))) {
            return Optional.empty();
        }
        ResidualBranch first = branch(add, 0);
        ResidualBranch second = branch(add, 1);
        ResidualBranch dearer = first.macs() > second.macs() ? first : second;
        return dearer.macs() > 0 && startsAtTheShortcut(dearer)
                ? Optional.of(dearer)
                : Optional.empty();
    }

    private ResidualBranch branch(Node add, int side) {
        List<Node> nodes = new ArrayList<>();
        Set<Node> own = Collections.newSetFromMap(new IdentityHashMap<>());
        own.add(add);
        long sum = 0;
        for (int i = graph.nodes().size() - 1; i >= 0; i--) {
            Node node = graph.nodes().get(i);
            if (isOnlyFor(own, node, add, add.input(1 - side))) {
                own.add(node);
                nodes.add(0, node);
                sum += macs.get(node);
            }
        }
        DataType type = types.type(add.input(side)).orElseThrow().dataType();
        return new ResidualBranch(add, side, type, nodes, sum);
    }

    private boolean isOnlyFor(Set<Node> own, Node node, Node add, String shortcut) {
        boolean read = false;
        for (String output : node.outputs()) {
            if (output.equals(shortcut) || graph.isOutput(output) || graph.isCaptured(output)) {
                return false;
            }
            List<Node> consumers = graph.consumers(output);
            read |= !consumers.isEmpty();
            if (!own.containsAll(consumers)) {
                return false;
            }
        }
        return read && node != add;
    }

    /** Two towers that meet in an Add are no residual block: neither may go. */
    private boolean startsAtTheShortcut(ResidualBranch branch) {
        Set<String> before = ancestors(branch.shortcut());
        Set<String> made = new HashSet<>();
        branch.nodes().forEach(node -> made.addAll(node.outputs()));
        return branch.nodes().stream()
                .flatMap(node -> node.reads().stream())
                .filter(input -> !made.contains(input))
                .allMatch(input -> before.contains(input) || types.constant(input).isPresent());
    }

    private Set<String> ancestors(String value) {
        Set<String> found = new HashSet<>(Set.of(value));
        for (int i = graph.nodes().size() - 1; i >= 0; i--) {
            Node node = graph.nodes().get(i);
            if (node.outputs().stream().anyMatch(found::contains)) {
                found.addAll(node.reads());
            }
        }
        return found;
    }

    /** {@code model} without the branches; what reads a sum reads its shortcut. */
    public static Model remove(Model model, ResidualBranch branch) {
        GraphEditor editor =
                new GraphEditor(model.graph())
                        .remove(branch.add())
                        .replaceUses(branch.sum(), branch.shortcut())
                        .removeUnused();
        return model.withGraph(editor.build());
    }

    /**
     * {@code model} with all its nodes, but each of {@code branches} multiplied by zero before it
     * is added: what the model without them has to agree with.
     *
     * @param branches found in {@code model}, or in it without some of the others
     */
    public static Model silence(Model model, Collection<ResidualBranch> branches) {
        GraphEditor editor = new GraphEditor(model.graph());
        for (ResidualBranch branch : branches) {
            // Found where others had been removed before, its inputs may have other names here.
            Node add = model.graph().producer(branch.sum()).orElseThrow();
            Tensor none = Tensor.ofReals(branch.dataType(), Shape.SCALAR, 0.0);
            String zero = editor.addInitializer("zero", none);
            String silent = editor.freshName(add.input(branch.side()) + "_silent");
            List<String> inputs = new ArrayList<>(add.inputs());
            inputs.set(branch.side(), silent);
            editor.replace(
                    add,
                    Node.of(
                            silent,
                            "Mul",
                            List.of(add.input(branch.side()), zero),
                            List.of(silent),
                            Attributes.NONE),
                    add.withInputs(inputs));
        }
        return model.withGraph(editor.build());
    }
}
