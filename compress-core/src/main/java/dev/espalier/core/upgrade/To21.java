package dev.espalier.core.upgrade;

import dev.espalier.core.ir.Node;
import dev.espalier.core.op.Operators;
import dev.espalier.core.op.spec.Trait;
import java.util.List;

/** Operator sets 13 to 20 in operator set 21. */
final class To21 implements Rewriting {
    /** In which Split and the reductions changed. */
    private static final long AXES_AS_INPUT = 18;

    @Override
    public List<Node> rewrite(Node node, GraphUpgrade graph) {
        return switch (node.opType()) {
            case "ReduceL1",
                    "ReduceL2",
                    "ReduceLogSum",
                    "ReduceLogSumExp",
                    "ReduceMax",
                    "ReduceMean",
                    "ReduceMin",
                    "ReduceProd",
                    "ReduceSumSquare" ->
                    List.of(graph.moveIntegers(node, "axes", 1));
            case "Split" ->
                    List.of(
                            node.hasInput(1) || graph.opset() >= AXES_AS_INPUT
                                    ? node
                                    : node.withAttributes(
                                            node.attributes()
                                                    .with("num_outputs", node.outputs().size())));
            default -> {
                if (!keeps(node, graph.opset())) {
                    throw new NotKnown(
                            node.label() + " may mean something else in operator set 21");
                }
                yield List.of(node);
            }
        };
    }

    @Override
    public boolean keeps(Node node, long opset) {
        return node.is("AveragePool")
                ? !countsBeyondPadding(node)
                : Operators.has(node, Trait.UNCHANGED_13_TO_21);
    }

    /** What a window counts that reaches beyond the padding is another since 19. */
    private static boolean countsBeyondPadding(Node node) {
        return node.attributes().integer("ceil_mode", 0) != 0
                && node.attributes().integer("count_include_pad", 0) != 0;
    }
}
