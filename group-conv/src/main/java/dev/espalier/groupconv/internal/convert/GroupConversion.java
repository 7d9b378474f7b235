package dev.espalier.groupconv.internal.convert;

import dev.espalier.core.analysis.Axis;
import dev.espalier.core.analysis.AxisChannels;
import dev.espalier.core.analysis.ChannelGroup;
import dev.espalier.core.analysis.ChannelGroups;
import dev.espalier.core.analysis.ChannelOrder;
import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.GraphEditor;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.groupconv.structure.GroupStructure;
import dev.espalier.groupconv.structure.Permutation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Writes convolutions with a {@link GroupStructure} as group convolutions, exactly: with {@code W'
 * = W[P][:, Q]} and its G diagonal blocks stacked, {@code y = Gather(P⁻¹) ∘ Conv(group = G, W',
 * b[P]) ∘ Gather(Q) (x)}.
 *
 * <p>Most of these Gathers need not be there. Coupled channels, such as those of a residual stage,
 * may stand in any order so long as every weight next to them follows, so one order is chosen for
 * each group of them. A layer needs no Gather where each of its groups finds its channels side by
 * side; how they are ordered inside a group, and which group comes first, is left open.
 */
public final class GroupConversion {
    private final Model model;
    private final Map<String, GroupStructure> wanted;
    private final DenseForm form;
    private final ChannelGroups groups;
    private final Map<Axis, AxisChannels> channels;
    private final Map<ChannelGroup, String> kept;

    private GroupConversion(Model model, Map<String, GroupStructure> wanted, InputShapes shapes) {
        this.model = model;
        this.wanted = wanted;
        this.form = DenseForm.of(model, shapes);
        this.groups = ChannelGroups.of(form.model(), shapes);
        this.channels = AxisChannels.of(groups);
        this.kept = ChannelOrder.kept(groups);
    }

    /** {@link #convert(Model, Map, InputShapes)} for a model of which only the batch is open. */
    public static Converted convert(Model model, Map<String, GroupStructure> structures) {
        return convert(model, structures, InputShapes.ofBatch(1));
    }

    /**
     * Converts layers. What a layer holds outside of its groups is dropped.
     *
     * @param structures by the name of a Conv, or its first output where it has none; layers of one
     *     group stay as they are
     * @param shapes sizes for what the inputs leave open; the result holds for any batch size
     * @throws IllegalArgumentException where no Conv is called so, or its weight has other sizes
     * @throws dev.espalier.core.UnsupportedModelException where the inputs of a node do not fit its
     *     operator
     */
    public static Converted convert(
            Model model, Map<String, GroupStructure> structures, InputShapes shapes) {
        Map<String, GroupStructure> byOutput = new HashMap<>();
        Map<String, String> refusals = new HashMap<>();
        structures.forEach(
                (key, structure) -> {
                    Node conv = Convolutions.find(model.graph(), key);
                    Optional<String> refusal = Convolutions.refusal(model.graph(), conv);
                    if (structure.groups() == 1) {
                        refusal = Optional.of("one group is asked for");
                    }
                    if (refusal.isEmpty()) {
                        requireSizes(model.graph(), conv, structure);
                        byOutput.put(conv.output(0), structure);
                    }
                    refusal.ifPresent(reason -> refusals.put(conv.output(0), reason));
                });
        if (byOutput.isEmpty()) {
            ChannelGroups none = ChannelGroups.of(model, shapes);
            List<LayerConversion> dense =
                    model.graph().nodes().stream()
                            .flatMap(node -> refused(node, refusals).stream())
                            .toList();
            return new Converted(model, model, dense, 0, ChannelOrder.of(none, Map.of()));
        }
        return new GroupConversion(model, byOutput, shapes).run(refusals);
    }

    /**
     * Why a Conv cannot be made a group convolution, for those who are about to train it towards
     * one; empty where it can.
     *
     * @throws IllegalArgumentException where no Conv is called so
     */
    public static Optional<String> refusal(Model model, String layer) {
        Node conv = Convolutions.find(model.graph(), layer);
        return Convolutions.refusal(model.graph(), conv);
    }

    /**
     * The model with zeros in place of the weights outside of each layer's groups.
     *
     * @throws IllegalArgumentException where no Conv is called so, its weight has other sizes, or
     *     {@link #refusal} has a reason
     */
    public static Model masked(Model model, Map<String, GroupStructure> structures) {
        GraphEditor editor = new GraphEditor(model.graph());
        structures.forEach(
                (key, structure) -> {
                    Node conv = Convolutions.find(model.graph(), key);
                    Convolutions.refusal(model.graph(), conv)
                            .ifPresent(
                                    reason -> {
                                        throw new IllegalArgumentException(
                                                conv.label() + ": " + reason);
                                    });
                    requireSizes(model.graph(), conv, structure);
                    String weight = conv.input(1);
                    Tensor dense = model.graph().initializers().get(weight).tensor();
                    editor.setInitializer(weight, BlockWeights.masked(dense, structure));
                });
        return model.withGraph(editor.build());
    }

    private static void requireSizes(Graph graph, Node conv, GroupStructure structure) {
        Shape weight = graph.initializers().get(conv.input(1)).tensor().shape();
        if (weight.size(0) != structure.outputs().size()
                || weight.size(1) != structure.inputs().size()) {
            throw new IllegalArgumentException(
                    "%s has the weight %s, its structure is for [%s,%s,..]"
                            .formatted(
                                    conv.label(),
                                    weight,
                                    structure.outputs().size(),
                                    structure.inputs().size()));
        }
    }

    private Converted run(Map<String, String> refusals) {
        Map<String, StructuredLayer> layers = layers();
        int[] sizes =
                groups.groups().stream()
                        .mapToInt(g -> kept.containsKey(g) ? 0 : g.size())
                        .toArray();
        int[][] orders = new OrderSearch(List.copyOf(layers.values()), sizes).search();
        ChannelOrder order = order(orders);
        Model reordered = order.apply();
        ConversionWriter writer = new ConversionWriter(reordered);
        List<LayerConversion> became = new ArrayList<>();
        StayingGathers staying = new StayingGathers(groups, kept, layers.values());
        for (Node node : reordered.graph().nodes()) {
            StructuredLayer layer = layers.get(node.output(0));
            if (layer == null) {
                became.addAll(refused(node, refusals));
                continue;
            }
            GroupStructure structure = layer.reordered(orders);
            boolean isReordering = form.reorderings().contains(node.output(0));
            if (isReordering) {
                writer.reorder(node, structure);
            } else {
                writer.group(node, structure);
            }
            GroupStructure asked = wanted.get(node.output(0));
            List<String> reasons =
                    isReordering
                            ? StayingGathers.betweenStages(structure)
                            : staying.reasons(node, layer, structure, orders);
            if (asked != null || !reasons.isEmpty()) {
                became.add(
                        new LayerConversion(
                                model.graph().producer(node.output(0)).orElseThrow().label(),
                                isReordering ? 1 : structure.groups(),
                                asked == null ? 0 : moves(asked.outputs()) + moves(asked.inputs()),
                                reasons,
                                Optional.empty()));
            }
        }
        Model converted = writer.write();
        return new Converted(converted, maskedByOutput(), became, writer.gathers(), order);
    }

    private static List<LayerConversion> refused(Node node, Map<String, String> refusals) {
        String reason = refusals.get(node.output(0));
        return reason == null
                ? List.of()
                : List.of(
                        new LayerConversion(
                                node.label(),
                                Convolutions.groups(node),
                                0,
                                List.of(),
                                Optional.of(reason)));
    }

    private static int moves(Permutation permutation) {
        return permutation.isIdentity() ? 0 : 1;
    }

    private Model maskedByOutput() {
        Map<String, GroupStructure> byKey = new LinkedHashMap<>();
        wanted.forEach(
                (output, structure) ->
                        byKey.put(
                                Convolutions.key(model.graph().producer(output).orElseThrow()),
                                structure));
        return masked(model, byKey);
    }

    private ChannelOrder order(int[][] orders) {
        Map<ChannelGroup, int[]> byGroup = new LinkedHashMap<>();
        for (int i = 0; i < orders.length; i++) {
            if (orders[i].length > 0 && !Permutation.of(orders[i]).isIdentity()) {
                byGroup.put(groups.groups().get(i), orders[i]);
            }
        }
        return ChannelOrder.of(groups, byGroup);
    }

    /** Every layer that is to have groups, by its output. */
    private Map<String, StructuredLayer> layers() {
        Set<Integer> fixed = new LinkedHashSet<>();
        IntStream.range(0, groups.groups().size())
                .filter(i -> kept.containsKey(groups.groups().get(i)))
                .forEach(fixed::add);
        Map<String, StructuredLayer> layers = new LinkedHashMap<>();
        for (Node node : form.model().graph().nodes()) {
            structure(node)
                    .ifPresent(
                            structure ->
                                    layers.put(
                                            node.output(0),
                                            new StructuredLayer(
                                                    node.output(0),
                                                    side(
                                                            node.input(0),
                                                            structure.inputs(),
                                                            structure.groups(),
                                                            fixed),
                                                    side(
                                                            node.output(0),
                                                            structure.outputs(),
                                                            structure.groups(),
                                                            fixed))));
        }
        return layers;
    }

    private Optional<GroupStructure> structure(Node node) {
        String output = node.output(0);
        if (wanted.containsKey(output)) {
            return Optional.of(wanted.get(output));
        }
        boolean isReordering = form.reorderings().contains(output);
        if (!isReordering && !form.groups().containsKey(output)) {
            return Optional.empty();
        }
        Shape weight = form.model().graph().initializers().get(node.input(1)).tensor().shape();
        int rows = Math.toIntExact(weight.size(0));
        int columns = Math.toIntExact(weight.size(1));
        // Each channel of a reordering is a group of its own.
        int count = isReordering ? rows : form.groups().get(output);
        return Optional.of(
                new GroupStructure(
                        count, Permutation.identity(rows), Permutation.identity(columns)));
    }

    private LayerSide side(String value, Permutation channelsOf, int blocks, Set<Integer> fixed) {
        Shape shape = groups.types().shape(value);
        long elements =
                shape.isRanked() && shape.isFixed() ? shape.elementCount() : channelsOf.size();
        AxisChannels along = channels.get(new Axis(value, 1));
        return new LayerSide(channelsOf, blocks, groups, along, fixed, elements);
    }
}
