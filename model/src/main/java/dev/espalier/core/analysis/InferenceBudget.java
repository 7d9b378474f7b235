package dev.espalier.core.analysis;

import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.TensorType;
import java.util.List;
import java.util.Optional;

/** How much one inference may compute in all: a small hostile file must not take all memory. */
final class InferenceBudget {
    /** Nodes of graphs inside nodes; loops in loops are looked into more than once. */
    private static final long MOST_INNER_NODES = 400_000;

    /** Elements that evaluation may make in all. */
    private long evaluable = 1 << 22;

    private long evaluated;
    private long innerNodes;

    /** A stored constant may be moved about a few times. */
    void allow(long elements) {
        evaluable += 2 * elements;
    }

    boolean mayEvaluate(List<Optional<TensorType>> outputs) {
        return evaluated < evaluable
                && outputs.stream().flatMap(Optional::stream).allMatch(this::isSmall);
    }

    private boolean isSmall(TensorType type) {
        return !type.shape().isRanked()
                || !type.shape().isFixed()
                || type.shape().elementCount() <= evaluable - evaluated;
    }

    void evaluated(long elements) {
        evaluated += elements;
    }

    /** Whether the nodes of one more graph may be looked at. */
    boolean mayLookInto(Graph inside) {
        innerNodes += inside.nodes().size() + 1;
        return innerNodes <= MOST_INNER_NODES;
    }
}
