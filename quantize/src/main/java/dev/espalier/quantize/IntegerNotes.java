package dev.espalier.quantize;

import dev.espalier.core.ir.Node;
import dev.espalier.core.layer.Layer;
import dev.espalier.core.pass.PassContext;
import dev.espalier.quantize.internal.grid.WeightGrid;
import dev.espalier.quantize.internal.kernel.WeightedLayer;
import dev.espalier.quantize.internal.placement.Placement;
import dev.espalier.quantize.internal.placement.SharedGrids;
import dev.espalier.quantize.internal.qdq.Written;
import dev.espalier.quantize.internal.saturation.WrittenSums;
import dev.espalier.quantize.option.Integers;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Tells what a network that was written in integers is like. */
record IntegerNotes(Quantization work, Written written) {
    /** What can be told of the structure alone. */
    void structure() {
        floats();
        fourBits();
    }

    /** All of it. */
    void all() {
        structure();
        SharedGrids.note(integerLayers(), work.ranges().seen(), context());
        // Tells how great weights are, and that no sum saturates.
        WrittenSums.note(
                work.prepared(),
                written.model(),
                work.integers().target(),
                written.greatest().toString(),
                context());
    }

    private PassContext context() {
        return work.context();
    }

    /** The layers that are computed in integers. */
    private List<Node> integerLayers() {
        return work.layers().layers().keySet().stream()
                .filter(node -> written.placement().kernel(node).isPresent())
                .toList();
    }

    /** How much is in integers. */
    private void floats() {
        context()
                .note(
                        "%s of %s weighted layers in 8-bit integers"
                                .formatted(integerLayers().size(), work.layers().weighted()));
        String others =
                work.prepared().graph().nodes().stream()
                        .filter(this::isFloatBetween)
                        .collect(
                                Collectors.groupingBy(
                                        Node::opType, TreeMap::new, Collectors.counting()))
                        .entrySet()
                        .stream()
                        .map(entry -> entry.getValue() + " " + entry.getKey())
                        .collect(Collectors.joining(", "));
        if (!others.isEmpty()) {
            context().note("float between or after integer layers: " + others);
        }
    }

    private boolean isFloatBetween(Node node) {
        Placement placement = written.placement();
        return placement.kernel(node).isEmpty()
                && !placement.isAbsorbed(node)
                && !Layer.isWeighted(node)
                && !placement.measures(node)
                && node.inputs().stream().anyMatch(placement::isBytes);
    }

    /** How many layers computed in integers have weights of 4 bits, and how they are stored. */
    private void fourBits() {
        Integers integers = work.integers();
        List<Node> computed = integerLayers();
        long narrow = computed.stream().filter(this::isOfFourBits).count();
        if (narrow > 0) {
            context()
                    .note(
                            (integers.packed()
                                            ? "weights of %s of %s integer layers stored in 4 bits"
                                            : "weights of %s of %s integer layers have 4 bits;"
                                                    + " 'integers: {packed: true}' stores them in"
                                                    + " half of the bytes")
                                    .formatted(narrow, computed.size()));
        } else if (integers.packed()) {
            context()
                    .note(
                            "nothing to pack: no layer has weights of 4 bits; 'round-weights'"
                                    + " before 'quantize' gives them");
        }
    }

    private boolean isOfFourBits(Node node) {
        WeightedLayer layer = work.layers().layers().get(node);
        return WeightGrid.ofFourBits(layer.weight(), layer.axis(work.integers().perChannel()))
                .isPresent();
    }
}
