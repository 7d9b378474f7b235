package dev.espalier.quantize.internal.weights;

import dev.espalier.core.analysis.ShapeInference;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.pass.PassContext;
import dev.espalier.quantize.option.Blocks;
import dev.espalier.quantize.option.WeightType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A Gather of rows of a constant table.
 *
 * @param table [V, K]
 */
public record Embedding(Node node, Tensor table) {
    /**
     * All of them in the order in which they run; those of other shapes are told to {@code
     * context}.
     *
     * @param type in which they shall be kept
     * @param blocks rows have to be of whole ones; versions of the runtime disagree about 4-bit
     *     zero points of an odd number of blocks
     * @param exclude names of nodes to leave out
     */
    public static List<Embedding> of(
            Model model,
            WeightType type,
            Blocks blocks,
            List<String> exclude,
            PassContext context) {
        ShapeInference inference = ShapeInference.of(model);
        List<Embedding> found = new ArrayList<>();
        for (Node node : model.graph().nodes()) {
            Call call = inference.call(node);
            Optional<Tensor> table = node.is("Gather") ? call.constant(0) : Optional.empty();
            if (table.isEmpty() || !isTable(table.get()) || exclude.contains(node.name())) {
                continue;
            }
            if (call.attributes().integer("axis", 0) != 0) {
                context.skipped(node.label(), "stays float: it gathers columns, not rows");
                continue;
            }
            long width = table.get().shape().size(1);
            boolean packed = type == WeightType.INT4 && !blocks.symmetric();
            if (width % blocks.size() != 0 || packed && width / blocks.size() % 2 != 0) {
                context.skipped(
                        node.label(),
                        "stays float: rows of %s numbers are no whole %sblocks of %s"
                                .formatted(width, packed ? "pairs of " : "", blocks.size()));
            } else {
                found.add(new Embedding(node, table.get()));
            }
        }
        return List.copyOf(found);
    }

    private static boolean isTable(Tensor tensor) {
        return tensor.dataType() == DataType.FLOAT
                && tensor.shape().rank() == 2
                && tensor.elementCount() > 0;
    }

    String tableName() {
        return node.input(0);
    }

    public int v() {
        return Math.toIntExact(table.shape().size(0));
    }

    public int k() {
        return Math.toIntExact(table.shape().size(1));
    }
}
