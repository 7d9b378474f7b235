package dev.espalier.quantize;

import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.analysis.ShapeInference;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.layer.Layer;
import dev.espalier.core.pass.PassContext;
import dev.espalier.quantize.saturation.WrittenSums;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * One model on its way to integers: prepared once and calibrated once, and written as often as
 * somebody wants to see it with other layers left float.
 */
final class Quantization {
    private final Quantize options;
    private final PassContext context;
    private final Model prepared;
    private final ShapeInference inference;
    private final Set<Node> excluded;
    private final Map<Node, WeightedLayer> layers = new LinkedHashMap<>();
    private final Map<String, Observer> seen = new HashMap<>();
    private final CalibratedRanges ranges;
    private final int weighted;
    private final Integers integers;
    private Placement placement;
    private GreatestWeights greatest;

    /** Prepares {@code model}, and tells {@code context} which layers stay float and why. */
    Quantization(Quantize options, Model model, PassContext context) {
        this.options = options;
        this.context = context;
        this.ranges = new CalibratedRanges(options, seen);
        Set<String> names = Set.copyOf(options.keepFloat().nodes());
        this.prepared = Preparation.prepare(model, names, context);
        this.inference = ShapeInference.of(prepared);
        this.excluded = excluded(names);
        Set<Node> ends = LayerEnds.of(prepared.graph(), options.keepFloat().ends());
        int count = 0;
        for (Node node : prepared.graph().nodes()) {
            if (!Layer.isWeighted(node)) {
                continue;
            }
            count++;
            WeightedLayer.Finding finding = finding(node, ends);
            finding.layer().ifPresent(layer -> layers.put(node, layer));
            if (finding.layer().isEmpty()) {
                context.skipped(node.label(), "stays float: " + finding.refusal());
            }
        }
        this.weighted = count;
        this.integers = packable(options.integers().resolved(context.runner()));
    }

    /** Without packed weights, and said so, where the operator set they need cannot be had. */
    private Integers packable(Integers wanted) {
        if (!wanted.packed()) {
            return wanted;
        }
        try {
            OpsetUpgrade.toFourBits(prepared);
            return wanted;
        } catch (UnsupportedModelException e) {
            context.skipped("weights of 4 bits", "stored one to a byte: " + e.getMessage());
            return wanted.withPacked(false);
        }
    }

    private WeightedLayer.Finding finding(Node node, Set<Node> ends) {
        if (excluded.contains(node)) {
            return WeightedLayer.Finding.refused("it is listed under 'keep-float'");
        }
        WeightedLayer.Finding finding = WeightedLayer.of(node, prepared.graph(), inference);
        return finding.layer().isPresent() && ends.contains(node)
                ? WeightedLayer.Finding.refused(
                        "it is at an end of the model, and 'keep-float' says ends: "
                                + options.keepFloat()
                                        .ends()
                                        .name()
                                        .toLowerCase(java.util.Locale.ROOT))
                : finding;
    }

    private Set<Node> excluded(Set<String> names) {
        Set<String> left = new TreeSet<>(names);
        Set<Node> nodes = new HashSet<>();
        for (Node node : prepared.graph().nodes()) {
            if (names.contains(node.name()) && !node.name().isEmpty()) {
                nodes.add(node);
                left.remove(node.name());
            }
        }
        if (!left.isEmpty()) {
            throw new InvalidOptionException(
                    "quantize: keep-float names the nodes "
                            + left
                            + ", but the model has none such; 'inspect' lists the names");
        }
        return nodes;
    }

    PassContext context() {
        return context;
    }

    Graph graph() {
        return prepared.graph();
    }

    /** The layers that can be computed in integers, in the graph's order. */
    Map<Node, WeightedLayer> layers() {
        return layers;
    }

    /** What brings far ranges together, and layers that read them, named; see FarRanges. */
    Set<Node> farRanges() {
        Set<Node> found = new HashSet<>();
        if (!options.keepFloat().farRanges()) {
            return found;
        }
        Set<Node> more;
        do {
            // Grids depend on what else stays float.
            plan(found);
            Set<String> watched = FarRanges.parts(prepared.graph(), placement);
            watched.addAll(placement.watched().keySet());
            watch(watched);
            more =
                    new FarRanges(prepared.graph(), placement, ranges)
                            .find(layers.keySet(), context);
            found.addAll(more);
        } while (!more.isEmpty());
        return found;
    }

    /**
     * The model in integers, calibrated.
     *
     * @param floats what stays float besides what has to
     * @param pairs whether two pixels may be one, see {@link PixelFolding}
     */
    Model quantized(Set<Node> floats, boolean pairs) {
        plan(floats);
        watch(placement.watched().keySet());
        return write(ranges.ofGroups(placement), pairs);
    }

    /** Whether some layer is computed otherwise where two pixels may be one. */
    boolean hasPairs() {
        return layers.values().stream().anyMatch(this::isPaired);
    }

    private boolean isPaired(WeightedLayer layer) {
        Shape x = inference.shape(layer.node().input(0));
        return PixelFolding.of(layer, x, true).isPresent()
                && PixelFolding.of(layer, x, false).isEmpty();
    }

    /** The same nodes with made-up ranges. */
    Model structure() {
        plan(Set.of());
        return write(Map.of(), false);
    }

    private void plan(Set<Node> floats) {
        Map<Node, WeightedLayer> chosen = new LinkedHashMap<>(layers);
        chosen.keySet().removeAll(floats);
        Set<Node> left = new HashSet<>(excluded);
        left.addAll(floats);
        placement = Planner.plan(prepared.graph(), inference, chosen, left);
    }

    /** Calibrates those of {@code values} that were not watched before. */
    private void watch(Set<String> values) {
        Set<String> missing = new TreeSet<>(values);
        missing.removeAll(seen.keySet());
        if (!missing.isEmpty()) {
            seen.putAll(
                    new Calibrator(prepared, missing, SharedGrids.axes(layers.keySet()))
                            .run(context));
        }
    }

    /** Tells how great weights are in what was written last, and that no sum saturates. */
    void noteSums(Model made) {
        WrittenSums.note(prepared, made, integers.target(), greatest.toString(), context);
    }

    /** Tells which layers read channels of which many have few levels; see SharedGrids. */
    void noteChannels() {
        SharedGrids.note(integerLayers(), seen, context);
    }

    /** The layers that were computed in integers in what was written last. */
    private List<Node> integerLayers() {
        return layers.keySet().stream().filter(node -> placement.kernel(node).isPresent()).toList();
    }

    private Model write(Map<String, Range> groups, boolean pairs) {
        Map<String, Grid> grids = new HashMap<>();
        for (String value : placement.bytes()) {
            String group = placement.grouping().of(value);
            Range madeUp = placement.grouping().limit(group).applyTo(new Range(0, 1));
            grids.put(group, ranges.grid(groups.getOrDefault(group, madeUp)));
        }
        QdqWriter writer = new QdqWriter(prepared, placement, grids, integers, pairs);
        Model qdq = writer.write();
        greatest = writer.greatest();
        return integers.format() == Integers.Format.QOPERATOR ? IntegerOperators.of(qdq) : qdq;
    }

    /** Tells how much of what was written last is in integers. */
    void noteFloats() {
        context.note(
                "%d of %d weighted layers in 8-bit integers"
                        .formatted(integerLayers().size(), weighted));
        String others =
                prepared.graph().nodes().stream()
                        .filter(node -> placement.kernel(node).isEmpty())
                        .filter(node -> !placement.isAbsorbed(node) && !Layer.isWeighted(node))
                        .filter(node -> !placement.measures(node))
                        .filter(node -> node.inputs().stream().anyMatch(placement::isBytes))
                        .collect(
                                Collectors.groupingBy(
                                        Node::opType, TreeMap::new, Collectors.counting()))
                        .entrySet()
                        .stream()
                        .map(entry -> entry.getValue() + " " + entry.getKey())
                        .collect(Collectors.joining(", "));
        if (!others.isEmpty()) {
            context.note("float between or after integer layers: " + others);
        }
    }

    /**
     * Tells how many layers computed in integers have weights of 4 bits, and how they are stored.
     */
    void noteFourBits() {
        List<Node> computed = integerLayers();
        long narrow = computed.stream().filter(node -> isOfFourBits(layers.get(node))).count();
        if (narrow > 0) {
            context.note(
                    (integers.packed()
                                    ? "weights of %d of %d integer layers stored in 4 bits"
                                    : "weights of %d of %d integer layers have 4 bits; 'integers:"
                                            + " {packed: true}' stores them in half of the bytes")
                            .formatted(narrow, computed.size()));
        } else if (integers.packed()) {
            context.note(
                    "nothing to pack: no layer has weights of 4 bits; 'round-weights' before"
                            + " 'quantize' gives them");
        }
    }

    private boolean isOfFourBits(WeightedLayer layer) {
        return WeightGrid.ofFourBits(layer.weight(), integers.axis(layer)).isPresent();
    }
}
