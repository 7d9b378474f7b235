package dev.espalier.quantize.internal.repair;

import dev.espalier.core.analysis.Axis;
import dev.espalier.core.analysis.ChannelGroup;
import dev.espalier.core.analysis.ChannelGroups;
import dev.espalier.core.analysis.ProducingLayer;
import dev.espalier.core.analysis.ShapeInference;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.Node;
import dev.espalier.core.op.Operators;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.Operator;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Splits one {@link ChannelGroup} into segments that can be scaled independently. Channels that are
 * cut together need not be scaled together: a depthwise convolution joins its input and its output
 * in one group, but has a weight of its own for every channel to make up for different factors.
 */
public final class GroupSegments {
    /** Constants of one node that may have to be scaled; all choices of them are tried. */
    private static final int MOST_OPTIONAL = 10;

    private final Graph graph;
    private final ShapeInference types;
    private final ChannelGroup group;

    /** Activations along the group's channels, each with the one before it in its segment. */
    private final Map<String, String> parents = new LinkedHashMap<>();

    private final Map<Node, ProducingLayer> layers = new HashMap<>();
    private final Map<String, Integer> axes = new LinkedHashMap<>();

    private record Found(String activation, WeightSlices slices) {}

    private final List<Found> rows = new ArrayList<>();
    private final List<Found> columns = new ArrayList<>();
    private final List<Found> followers = new ArrayList<>();

    private record Obstacle(String activation, Node node, String reason) {}

    private final List<Obstacle> obstacles = new ArrayList<>();

    public GroupSegments(ChannelGroups groups, ChannelGroup group) {
        this.graph = groups.model().graph();
        this.types = groups.types();
        this.group = group;
    }

    /**
     * @param refused told of each segment that may not be scaled, by the layer that makes it, and
     *     why
     */
    public List<ScaledChannels> find(BiConsumer<String, String> refused) {
        group.layers().forEach(layer -> layers.put(layer.node(), layer));
        for (int i = 0; i < group.axes().size(); i++) {
            String value = group.axes().get(i).value();
            if (isActivation(value)) {
                parents.put(value, value);
                if (axes.put(value, i) != null) {
                    obstacles.add(new Obstacle(value, null, "they lie along two axes of a value"));
                }
            }
        }
        touching().forEach(this::visit);
        Map<String, List<String>> segments =
                parents.keySet().stream()
                        .collect(
                                Collectors.groupingBy(
                                        this::root, LinkedHashMap::new, Collectors.toList()));
        List<ScaledChannels> found = new ArrayList<>();
        segments.keySet().forEach(root -> segment(root, refused).ifPresent(found::add));
        return found;
    }

    private boolean isActivation(String value) {
        return types.constant(value).isEmpty();
    }

    private Set<Node> touching() {
        Set<Node> nodes = new LinkedHashSet<>();
        for (String value : parents.keySet()) {
            graph.producer(value).ifPresent(nodes::add);
            nodes.addAll(graph.consumers(value));
        }
        return nodes;
    }

    private void visit(Node node) {
        List<Integer> read =
                IntStream.range(0, node.inputs().size())
                        .filter(i -> axes.containsKey(node.input(i)))
                        .boxed()
                        .toList();
        List<String> made = node.outputs().stream().filter(axes::containsKey).toList();
        Operator operator = Operators.of(node).orElse(null);
        if (operator == null) {
            // Its channels are frozen in any case.
            refuse(node, read, made, "the operator is unknown");
        } else if (layers.containsKey(node)) {
            visitMaker(node, operator, read, made);
        } else if (made.isEmpty()) {
            visitReader(node, operator, read, -1);
        } else {
            visitBetween(node, operator, read, made);
        }
    }

    private void visitMaker(Node node, Operator operator, List<Integer> read, List<String> made) {
        Axis weight = layers.get(node).weight();
        int input = node.inputs().indexOf(weight.value());
        int along = group.axes().indexOf(weight);
        Optional<Set<Integer>> biases = homogeneous(node, operator, Set.of(input), constants(node));
        if (biases.isEmpty() || made.size() != 1) {
            refuse(node, read, made, "its bias has no element for each channel");
            return;
        }
        rows.add(new Found(made.get(0), new WeightSlices(node, input, along)));
        biases.get().forEach(i -> followers.add(new Found(made.get(0), slices(node, i))));
        if (!read.isEmpty()) {
            visitReader(node, operator, read, along);
        }
    }

    /**
     * @param own the axis of the filters that {@code node} makes channels of this group with, or -1
     */
    private void visitReader(Node node, Operator operator, List<Integer> read, int own) {
        if (read.size() != 1 || operator.macs(types.call(node)) == 0) {
            refuse(node, read, List.of(), "it does not multiply them by weights");
            return;
        }
        int activation = read.get(0);
        List<WeightSlices> weights = new ArrayList<>();
        for (int i = 0; i < node.inputs().size(); i++) {
            if (i != activation && node.hasInput(i) && !isActivation(node.input(i))) {
                weights.addAll(cancelling(node, operator, activation, i, own));
            }
        }
        if (weights.size() == 1) {
            columns.add(new Found(node.input(activation), weights.get(0)));
        } else {
            refuse(node, read, List.of(), "it has no constant weight for each of them");
        }
    }

    /** Input {@code weight} along the channels read, if a factor there undoes one in those. */
    private List<WeightSlices> cancelling(
            Node node, Operator operator, int activation, int weight, int own) {
        List<Integer> others =
                IntStream.range(0, node.inputs().size())
                        .filter(i -> i != activation && i != weight && node.hasInput(i))
                        .boxed()
                        .toList();
        Optional<Set<Integer>> scaled = homogeneous(node, operator, Set.of(activation), others);
        boolean bilinear =
                scaled.isPresent()
                        && scaled.equals(homogeneous(node, operator, Set.of(weight), others));
        List<Integer> along =
                IntStream.range(0, group.axes().size())
                        .filter(i -> group.axes().get(i).value().equals(node.input(weight)))
                        .boxed()
                        .toList();
        // A depthwise convolution reads with the axis that it makes with; others have two.
        List<Integer> reading =
                along.size() == 1 ? along : along.stream().filter(i -> i != own).toList();
        return bilinear && reading.size() == 1
                ? List.of(new WeightSlices(node, weight, reading.get(0)))
                : List.of();
    }

    private void visitBetween(Node node, Operator operator, List<Integer> read, List<String> made) {
        Optional<Set<Integer>> scaled =
                homogeneous(node, operator, new HashSet<>(read), constants(node));
        made.forEach(output -> join(made.get(0), output));
        read.forEach(i -> join(made.get(0), node.input(i)));
        if (operator.macs(types.call(node)) > 0) {
            // It mixes channels, so that the factor of one is none of another.
            refuse(node, read, made, "its weight is not a constant of its own");
            return;
        }
        if (scaled.isEmpty()) {
            refuse(node, read, made, "a factor before it is not the same factor behind it");
            return;
        }
        scaled.get().forEach(i -> followers.add(new Found(made.get(0), slices(node, i))));
    }

    /** Constant inputs that have an element for each channel. */
    private List<Integer> constants(Node node) {
        return IntStream.range(0, node.inputs().size())
                .filter(i -> node.hasInput(i) && !isActivation(node.input(i)))
                .filter(i -> along(node.input(i)) >= 0)
                .filter(i -> !isFilter(node, i))
                .boxed()
                .toList();
    }

    private boolean isFilter(Node node, int input) {
        return layers.containsKey(node)
                && layers.get(node).weight().value().equals(node.input(input));
    }

    private int along(String constant) {
        for (int i = 0; i < group.axes().size(); i++) {
            if (group.axes().get(i).value().equals(constant)) {
                return i;
            }
        }
        return -1;
    }

    private WeightSlices slices(Node node, int input) {
        return new WeightSlices(node, input, along(node.input(input)));
    }

    /** The most of {@code optional} inputs that have to be scaled with {@code scaled}. */
    private Optional<Set<Integer>> homogeneous(
            Node node, Operator operator, Set<Integer> scaled, List<Integer> optional) {
        Call call = types.call(node);
        if (optional.size() > MOST_OPTIONAL) {
            return Optional.empty();
        }
        for (int chosen = (1 << optional.size()) - 1; chosen >= 0; chosen--) {
            Set<Integer> added = new HashSet<>();
            for (int i = 0; i < optional.size(); i++) {
                if ((chosen >> i & 1) != 0) {
                    added.add(optional.get(i));
                }
            }
            Set<Integer> all = new HashSet<>(scaled);
            all.addAll(added);
            if (operator.isHomogeneous(call, all)) {
                return Optional.of(added);
            }
        }
        return Optional.empty();
    }

    private void refuse(Node node, List<Integer> read, List<String> made, String reason) {
        made.forEach(output -> obstacles.add(new Obstacle(output, node, reason)));
        read.forEach(i -> obstacles.add(new Obstacle(node.input(i), node, reason)));
    }

    private String root(String value) {
        String at = value;
        while (!parents.get(at).equals(at)) {
            at = parents.get(at);
        }
        return at;
    }

    private void join(String a, String b) {
        parents.put(root(b), root(a));
    }

    private Optional<ScaledChannels> segment(String root, BiConsumer<String, String> refused) {
        List<WeightSlices> made = within(rows, root);
        List<WeightSlices> read = within(columns, root);
        String name =
                made.stream()
                        .map(s -> s.node().label())
                        .distinct()
                        .collect(Collectors.joining(", "));
        Optional<Obstacle> obstacle =
                obstacles.stream().filter(o -> root(o.activation()).equals(root)).findFirst();
        if (obstacle.isPresent()) {
            Node node = obstacle.get().node();
            refused.accept(
                    made.isEmpty() ? "'" + root + "'" : name,
                    "keeps the scale of "
                            + group.size()
                            + " channels: "
                            + (node == null ? "" : node.label() + ": ")
                            + obstacle.get().reason());
            return Optional.empty();
        }
        return made.isEmpty() || read.isEmpty()
                ? Optional.empty()
                : Optional.of(new ScaledChannels(group, made, read, within(followers, root), name));
    }

    private List<WeightSlices> within(List<Found> found, String root) {
        return found.stream()
                .filter(f -> root(f.activation()).equals(root))
                .map(Found::slices)
                .toList();
    }
}
