package dev.espalier.core.simplify;

import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.GraphEditor;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.pass.Pass;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.PassInfo;
import dev.espalier.core.pass.Proof;
import java.util.function.BiConsumer;
import java.util.function.Predicate;

/**
 * Folds BatchNormalization into the Conv, ConvTranspose or Gemm before it:
 *
 * <pre>
 *   y = BatchNormalization(Conv(x, W, b), scale, shift, mean, variance)
 *   y = Conv(x, s W, s (b - mean) + shift)          s = scale / sqrt(variance + epsilon)
 * </pre>
 *
 * <p>s and b have one element for each output channel. The result differs by rounding only, which
 * is done once, from double precision. Keeps a batch normalization, with the reason, where the
 * layer's result is also used elsewhere, where a weight is shared or not constant, where it is not
 * float32, or where it normalizes by the batch. See Jacob et al., Quantization and Training of
 * Neural Networks, 2018, section 3.2.
 */
@PassInfo(
        id = "fold-batch-norm",
        summary =
                "Folds batch normalization into the convolution or Gemm before it; runs last in"
                        + " every recipe where any is left.",
        paper = "Jacob et al., Quantization and Training of Neural Networks, 2018 (section 3.2)")
public record FoldBatchNorm() implements Pass {
    @Override
    public Model apply(Model model, PassContext context) {
        return Proof.noted(model, preview(model, context), context);
    }

    @Override
    public Model preview(Model model, PassContext context) {
        Model result = fold(model);
        int folded = count(model) - count(result);
        if (folded > 0) {
            context.note("folded " + folded + " batch normalizations into the layers before them");
        }
        // Only now is it known which ones stay.
        fold(result, node -> true, context::skipped);
        return result;
    }

    /** {@code model} with every batch normalization folded that can be, silent about the rest. */
    public static Model fold(Model model) {
        return fold(model, node -> true);
    }

    /**
     * Like {@link #fold(Model)}, but only of those batch normalizations that {@code which} takes.
     */
    public static Model fold(Model model, Predicate<Node> which) {
        return fold(model, which, (where, reason) -> {});
    }

    private static Model fold(
            Model model, Predicate<Node> which, BiConsumer<String, String> refused) {
        Graph graph = model.graph();
        while (true) {
            GraphEditor editor = new GraphEditor(graph);
            boolean changed = false;
            for (Node node : graph.nodes()) {
                if (!node.is("BatchNormalization") || !which.test(node)) {
                    continue;
                }
                BatchNormFold fold = new BatchNormFold(graph, node);
                String reason = fold.obstacle();
                if (reason == null) {
                    fold.apply(editor);
                    changed = true;
                } else {
                    refused.accept(node.label(), reason);
                }
            }
            if (!changed) {
                return model.withGraph(graph);
            }
            // Two in a row: the second one now follows the layer.
            graph = editor.removeUnused().build();
        }
    }

    private static int count(Model model) {
        return (int) model.graph().nodes().stream().filter(n -> n.is("BatchNormalization")).count();
    }
}
