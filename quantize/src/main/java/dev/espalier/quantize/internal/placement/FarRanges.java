package dev.espalier.quantize.internal.placement;

import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.Node;
import dev.espalier.core.pass.PassContext;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Finds nodes that bring values of very different ranges together: a Concat of the boxes (0 to 640)
 * and scores (0 to 1) of a detector, an Add of a mask (-1e9 or 0) to features. On grids, the part
 * with the small range would have few levels or be lost. Such a node stays float. Where its output
 * holds both ranges, so do the layers that read it, since they would read it as bytes of one grid.
 */
public final class FarRanges {
    private final Graph graph;
    private final Placement placement;
    private final FarParts parts;

    /**
     * @param ranges of all that {@code placement} and {@link #parts} want to know
     */
    public FarRanges(Graph graph, Placement placement, CalibratedRanges ranges) {
        this.graph = graph;
        this.placement = placement;
        this.parts = new FarParts(placement, ranges);
    }

    /** The parts of Concats, whose own ranges count besides those of their grids. */
    public static Set<String> parts(Graph graph, Placement placement) {
        Set<String> parts = new HashSet<>();
        integers(graph, placement, "Concat").forEach(concat -> parts.addAll(concat.inputs()));
        return parts;
    }

    private static List<Node> integers(Graph graph, Placement placement, String operator) {
        return graph.nodes().stream()
                .filter(node -> node.is(operator) && placement.kernel(node).isPresent())
                .toList();
    }

    /**
     * Concats only, where there are any: without them, others may share other grids.
     *
     * @param layers that can be computed in integers
     * @param context is told what stays float
     */
    public Set<Node> find(Collection<Node> layers, PassContext context) {
        Set<Node> found = find("Concat", parts::inConcat, layers, context);
        if (found.isEmpty()) {
            found.addAll(find("Add", parts::inAdd, layers, context));
            found.addAll(find("Mul", parts::inMul, layers, context));
        }
        return found;
    }

    private Set<Node> find(
            String operator,
            Function<Node, Optional<FarParts.Finding>> judge,
            Collection<Node> layers,
            PassContext context) {
        Set<Node> found = new HashSet<>();
        for (Node node : integers(graph, placement, operator)) {
            FarParts.Finding finding = judge.apply(node).orElse(null);
            if (finding == null) {
                continue;
            }
            found.add(node);
            context.skipped(node.label(), "stays float: " + finding.why());
            for (Node reader : finding.spreads() ? readers(node) : Set.<Node>of()) {
                if (layers.contains(reader)
                        && placement.kernel(reader).isPresent()
                        && found.add(reader)) {
                    context.skipped(
                            reader.label(),
                            "stays float: it reads the far ranges of " + node.label());
                }
            }
        }
        return found;
    }

    /** The nodes that read what {@code node} makes, be it behind nodes that only move bytes. */
    private Set<Node> readers(Node node) {
        Set<Node> readers = new HashSet<>();
        Deque<String> open = new ArrayDeque<>(node.outputs());
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
