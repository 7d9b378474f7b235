package dev.espalier.quantize.internal.prepare;

import dev.espalier.core.analysis.ShapeInference;
import dev.espalier.core.ir.Attributes;
import dev.espalier.core.ir.GraphEditor;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.op.spec.Call;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;

/**
 * Writes averages over all of both spatial axes as GlobalAveragePool, for which the runtime has an
 * integer kernel:
 *
 * <pre>
 *   ReduceMean(x [N, C, H, W], axes = [2, 3], keepdims = 0) -> y [N, C]
 *   Flatten(GlobalAveragePool(x), axis = 1) -> y
 * </pre>
 *
 * and likewise an AveragePool whose kernel is as large as its unpadded input.
 */
final class GlobalPooling {
    private static final int RANK = 4;

    private GlobalPooling() {}

    static Model rewrite(Model model) {
        ShapeInference inference = ShapeInference.of(model);
        GraphEditor editor = new GraphEditor(model.graph());
        boolean changed = false;
        for (Node node : model.graph().nodes()) {
            Call call = inference.call(node);
            if (node.is("ReduceMean") && isSpatialMean(call)) {
                replaceMean(editor, node);
                changed = true;
            } else if (node.is("AveragePool") && coversInput(call)) {
                editor.replace(node, pool(node, node.output(0)));
                changed = true;
            }
        }
        return changed ? model.withGraph(editor.removeUnused().build()) : model;
    }

    private static void replaceMean(GraphEditor editor, Node node) {
        if (node.attributes().integer("keepdims", 1) == 1) {
            editor.replace(node, pool(node, node.output(0)));
            return;
        }
        String pooled = editor.freshName(node.output(0) + "_pooled");
        Node flatten =
                Node.of(
                        editor.freshName(node.output(0) + "_flatten"),
                        "Flatten",
                        List.of(pooled),
                        node.outputs(),
                        Attributes.NONE.with("axis", 1));
        editor.replace(node, pool(node, pooled), flatten);
    }

    private static Node pool(Node node, String output) {
        return Node.of(
                node.name(),
                "GlobalAveragePool",
                List.of(node.input(0)),
                List.of(output),
                Attributes.NONE);
    }

    private static boolean isSpatialMean(Call call) {
        if (!call.ranked(0) || call.shape(0).rank() != RANK) {
            return false;
        }
        Optional<long[]> axes =
                call.has(1)
                        ? call.constantLongs(1)
                        : Optional.of(call.attributes().integers("axes"));
        return axes.map(LongStream::of)
                .map(a -> a.map(axis -> axis < 0 ? axis + RANK : axis).sorted().toArray())
                .filter(sorted -> Arrays.equals(sorted, new long[] {2, 3}))
                .isPresent();
    }

    private static boolean coversInput(Call call) {
        Shape x = call.shape(0);
        if (!x.isRanked() || x.rank() != RANK || !x.dim(2).isFixed() || !x.dim(3).isFixed()) {
            return false;
        }
        long[] extent = {x.size(2), x.size(3)};
        return Arrays.equals(call.attributes().integers("kernel_shape"), extent)
                && LongStream.of(call.attributes().integers("pads")).allMatch(pad -> pad == 0)
                && LongStream.of(call.attributes().integers("dilations")).allMatch(d -> d == 1)
                && !call.attributes().string("auto_pad", "NOTSET").startsWith("SAME");
    }
}
