package dev.espalier.quantize;

import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.Node;
import dev.espalier.core.pass.PassContext;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Finds Concats that put values of very different ranges side by side, such as the boxes (0 to 640)
 * and scores (0 to 1) of a detector: on one grid for all, the part with the smallest range would
 * have few levels. Such a Concat stays float, and so do the layers that read it, since they would
 * read it as bytes of one grid.
 */
final class MixedScales {
    private final Graph graph;
    private final Placement placement;

    MixedScales(Graph graph, Placement placement) {
        this.graph = graph;
        this.placement = placement;
    }

    private List<Node> concats() {
        return graph.nodes().stream()
                .filter(node -> node.is("Concat") && placement.kernel(node).isPresent())
                .toList();
    }

    /** The values whose ranges {@link #find} wants. */
    Set<String> watched() {
        Set<String> parts = new HashSet<>();
        concats().forEach(concat -> parts.addAll(concat.inputs()));
        return parts;
    }

    /**
     * @param layers that can be computed in integers
     * @param context is told what stays float
     */
    Set<Node> find(Map<String, Observer> seen, Collection<Node> layers, PassContext context) {
        Set<Node> found = new HashSet<>();
        for (Node concat : concats()) {
            float whole = 0;
            float least = Float.POSITIVE_INFINITY;
            for (String part : concat.inputs()) {
                Histogram histogram = seen.get(part).histogram();
                if (!histogram.isEmpty()) {
                    float reach = reach(histogram.minMax());
                    whole = Math.max(whole, reach);
                    least = reach > 0 ? Math.min(least, reach) : least;
                }
            }
            if (SharedGrids.isShort(least, whole)) {
                found.add(concat);
                String why =
                        "stays float: of its parts one reaches %s and another %s, which leaves %d of 256 levels"
                                .formatted(
                                        whole, least, (int) (SharedGrids.LEVELS * least / whole));
                context.skipped(concat.label(), why);
                for (Node reader : readers(concat)) {
                    if (layers.contains(reader) && found.add(reader)) {
                        context.skipped(
                                reader.label(),
                                "stays float: it reads the mixed scales of " + concat.label());
                    }
                }
            }
        }
        return found;
    }

    /** The length of the range, zero included. */
    private static float reach(Range range) {
        return Math.max(range.high(), 0) - Math.min(range.low(), 0);
    }

    /** The layers that read {@code concat}, be it behind nodes that only move bytes. */
    private Set<Node> readers(Node concat) {
        Set<Node> readers = new HashSet<>();
        Deque<String> open = new ArrayDeque<>(concat.outputs());
        while (!open.isEmpty()) {
            for (Node reader : graph.consumers(open.pop())) {
                if (placement.movesBytes(reader) || placement.isAbsorbed(reader)) {
                    open.addAll(reader.outputs());
                } else {
                    readers.add(reader);
                }
            }
        }
        return readers;
    }
}
