package dev.espalier.core.simplify;

import dev.espalier.core.analysis.ShapeInference;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.GraphEditor;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.op.Operators;
import dev.espalier.core.op.spec.Trait;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Replaces nodes whose results are constant by initializers. */
final class ConstantFolding {
    /** Index and shape arithmetic lies far below it, decoded weights far above. */
    private static final long BUDGET_BYTES = 64 << 10;

    /** What is stored twice without anybody minding. */
    private static final long SMALL_BYTES = 1 << 10;

    /** Of an element that is stored in few; indices and sizes have 32 or 64. */
    private static final int FEW_BITS = 16;

    private final Graph graph;
    private final ShapeInference inference;

    private ConstantFolding(Model model) {
        this.graph = model.graph();
        this.inference = ShapeInference.of(model);
    }

    static Model apply(Model model, ChangeCounts tally) {
        return new ConstantFolding(model).run(model, tally);
    }

    private Model run(Model model, ChangeCounts tally) {
        GraphEditor editor = new GraphEditor(graph);
        List<Node> folded = new ArrayList<>();
        for (Node node : graph.nodes()) {
            // Weights in few bits are so on purpose.
            if (!Operators.has(node, Trait.QUANTIZES) && !widens(node) && folds(node)) {
                folded.add(node);
                for (String output : node.outputs()) {
                    if (!output.isEmpty()) {
                        editor.define(output, inference.constant(output).orElseThrow());
                    }
                }
            }
        }
        if (folded.isEmpty()) {
            return model;
        }
        tally.add("computed %s nodes with constant results", folded.size());
        return model.withGraph(editor.removeAll(folded).build());
    }

    /** Whether {@code node} makes numbers that are stored in few bits as wide as they are used. */
    private boolean widens(Node node) {
        return node.is("Cast")
                && inference
                        .constant(node.input(0))
                        .filter(stored -> stored.elementCount() > 1)
                        .map(Tensor::dataType)
                        .filter(type -> type.bits() <= FEW_BITS && type != DataType.BOOL)
                        .isPresent();
    }

    private boolean folds(Node node) {
        long made = 0;
        for (String output : node.outputs()) {
            if (output.isEmpty()) {
                continue;
            }
            Optional<Tensor> value = inference.constant(output);
            if (value.isEmpty()) {
                return false;
            }
            made += value.get().byteSize();
        }
        boolean isCopy = made > SMALL_BYTES && readsStored(node);
        return made <= BUDGET_BYTES && !isCopy || node.is("Constant") || made <= freed(node);
    }

    /** Whether weights of the file go in, such as a table of which another node reads rows. */
    private boolean readsStored(Node node) {
        return node.inputs().stream()
                .map(graph.initializers()::get)
                .filter(Objects::nonNull)
                .anyMatch(stored -> stored.tensor().byteSize() > SMALL_BYTES);
    }

    /** Bytes of the initializers that only {@code node} reads. */
    private long freed(Node node) {
        return node.inputs().stream()
                .distinct()
                .filter(input -> graph.initializers().containsKey(input))
                .filter(input -> graph.consumers(input).size() == 1 && !graph.isOutput(input))
                .mapToLong(input -> graph.initializers().get(input).tensor().byteSize())
                .sum();
    }
}
