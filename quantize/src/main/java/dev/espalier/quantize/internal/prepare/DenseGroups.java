package dev.espalier.quantize.internal.prepare;

import dev.espalier.core.analysis.DiagonalBlocks;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.GraphEditor;
import dev.espalier.core.ir.Initializer;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.pass.PassContext;
import dev.espalier.quantize.internal.kernel.FastKernel;
import java.util.Set;

/**
 * Writes narrow group convolutions densely again, with zeros between the groups: ONNX Runtime has a
 * {@linkplain FastKernel fast integer kernel} for convolutions of one group and for depthwise ones,
 * and computes the others group by group, which takes longer than all of the dense one where groups
 * are narrow. The zeros add nothing to the integer sums.
 *
 * <p>Measured with ONNX Runtime 1.29 on an AMD EPYC (AVX-512 VNNI), one thread, 3×3, µs a layer in
 * bytes, dense and in groups of 32, 16 and 8 channels: 64 channels 28×28 70, 81, 108, 178; 128
 * channels 14×14 68, 45, 59, 92; 256 channels 14×14 246, 82, 109. In groups of 8, 16 channels 32×32
 * take 57 and densely 13, in float 39 and 26. Pointwise convolutions behave alike.
 */
final class DenseGroups {
    private static final int RANK = 4;

    /** Up to so many input channels in all, groups of up to {@link #NARROW} are slower. */
    private static final int FEW_CHANNELS = 64;

    private static final int NARROW = 32;

    /** And up to so many, groups of up to {@link #VERY_NARROW}. */
    private static final int MORE_CHANNELS = 128;

    private static final int VERY_NARROW = 8;

    private DenseGroups() {}

    /**
     * @param excluded names of nodes that stay float, where groups are no slower
     * @param context is told which layers were rewritten
     */
    static Model rewrite(Model model, Set<String> excluded, PassContext context) {
        Graph graph = model.graph();
        GraphEditor editor = new GraphEditor(graph);
        boolean changed = false;
        for (Node node : graph.nodes()) {
            Initializer stored = graph.initializers().get(node.input(1));
            if (!node.is("Conv") || stored == null || excluded.contains(node.name())) {
                continue;
            }
            Tensor weight = stored.tensor();
            long groups = node.attributes().integer("group", 1);
            if (!isSlow(weight, groups)) {
                continue;
            }
            Tensor dense = DiagonalBlocks.dense(weight, Math.toIntExact(groups));
            editor.replace(
                    node,
                    node.withAttributes(node.attributes().without("group"))
                            .withInput(1, editor.addInitializer(node.input(1) + "_dense", dense)));
            context.note(
                    "%s: written densely, since its %s groups of %s channels are slower in integers"
                            .formatted(node.label(), groups, weight.shape().size(1)));
            changed = true;
        }
        return changed ? model.withGraph(editor.removeUnused().build()) : model;
    }

    private static boolean isSlow(Tensor weight, long groups) {
        Shape shape = weight.shape();
        if (shape.rank() != RANK || weight.dataType() != DataType.FLOAT || groups == 1) {
            return false;
        }
        long width = shape.size(1);
        long inputs = width * groups;
        // A width of 1 is a depthwise convolution, which has a kernel of its own.
        return width > 1
                && FastKernel.takes(inputs, shape.size(0))
                && (inputs <= FEW_CHANNELS && width <= NARROW
                        || inputs <= MORE_CHANNELS && width <= VERY_NARROW);
    }
}
