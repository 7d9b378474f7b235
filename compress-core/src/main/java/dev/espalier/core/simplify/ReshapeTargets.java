package dev.espalier.core.simplify;

import dev.espalier.core.analysis.ShapeInference;
import dev.espalier.core.ir.GraphEditor;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.op.array.Reshape;
import java.util.Optional;

/**
 * Gives Reshape nodes a constant shape where theirs follows from the open batch size alone: {@code
 * view(x.size(0), 2, 24, ..)} becomes {@code [0, 2, 24, ..]}. A size that stays open becomes 0,
 * which takes it from the input, and one other -1, which takes what is left.
 */
final class ReshapeTargets {
    private final ShapeInference inference;

    private ReshapeTargets(Model model) {
        this.inference = ShapeInference.of(model);
    }

    static Model apply(Model model, ChangeCounts tally) {
        boolean any = model.graph().nodes().stream().anyMatch(node -> isOpen(model, node));
        return any ? new ReshapeTargets(model).run(model, tally) : model;
    }

    /** A 0 in a shape says nothing where nobody knows what it stands for. */
    private boolean isFollowed(Node node) {
        return inference.shape(node.input(0)).isRanked();
    }

    private static boolean isOpen(Model model, Node node) {
        return node.is("Reshape")
                && node.hasInput(1)
                && model.graph().constant(node.input(1)).isEmpty();
    }

    private Model run(Model model, ChangeCounts tally) {
        GraphEditor editor = new GraphEditor(model.graph());
        int replaced = 0;
        for (Node node : model.graph().nodes()) {
            Optional<long[]> target =
                    isOpen(model, node) && isFollowed(node)
                            ? Reshape.constantTarget(inference.call(node))
                            : Optional.empty();
            if (target.isPresent()) {
                Tensor shape = Tensor.ofLongs(Shape.of(target.get().length), target.get());
                String name = editor.addInitializer(node.output(0) + "_shape", shape);
                editor.replace(node, node.withInput(1, name));
                replaced++;
            }
        }
        if (replaced == 0) {
            return model;
        }
        tally.add("made the shapes of %s Reshape nodes constant", replaced);
        return model.withGraph(editor.build());
    }
}
