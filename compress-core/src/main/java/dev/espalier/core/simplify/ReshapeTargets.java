package dev.espalier.core.simplify;

import dev.espalier.core.analysis.ShapeInference;
import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.GraphEditor;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.simplify.ShapeArithmetic.Linear;
import java.util.List;
import java.util.Optional;

/**
 * Gives Reshape nodes a constant shape where theirs follows from the open batch size alone: {@code
 * view(x.size(0), 2, 24, ..)} becomes {@code [0, 2, 24, ..]}. The one open size becomes 0, which
 * takes it from the input, or -1, which takes what is left.
 */
final class ReshapeTargets {
    private final ShapeInference inference;
    private final ShapeArithmetic arithmetic;

    private ReshapeTargets(Model model) {
        this.inference = ShapeInference.of(model);
        this.arithmetic = new ShapeArithmetic(model, inference);
    }

    static Model apply(Model model, Tally tally) {
        boolean any = model.graph().nodes().stream().anyMatch(node -> isOpen(model, node));
        return any ? new ReshapeTargets(model).run(model, tally) : model;
    }

    private static boolean isOpen(Model model, Node node) {
        return node.is("Reshape")
                && node.hasInput(1)
                && model.graph().constant(node.input(1)).isEmpty();
    }

    private Model run(Model model, Tally tally) {
        GraphEditor editor = new GraphEditor(model.graph());
        int replaced = 0;
        for (Node node : model.graph().nodes()) {
            Optional<long[]> target = isOpen(model, node) ? target(node) : Optional.empty();
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
        tally.add("made the shapes of %d Reshape nodes constant", replaced);
        return model.withGraph(editor.build());
    }

    private Optional<long[]> target(Node node) {
        List<Linear> sizes = arithmetic.elements(node.input(1)).orElse(null);
        if (sizes == null || node.attributes().integer("allowzero", 0) != 0) {
            return Optional.empty();
        }
        long[] target = new long[sizes.size()];
        int open = -1;
        boolean positive = true;
        for (int i = 0; i < target.length; i++) {
            Linear size = sizes.get(i);
            if (size == null || !size.isNumber() && (open >= 0 || size.constant() != 0)) {
                return Optional.empty();
            }
            if (!size.isNumber()) {
                open = i;
            } else {
                target[i] = size.constant();
                positive &= target[i] > 0;
            }
        }
        if (open < 0) {
            return Optional.of(target);
        }
        if (isSameAxis(node.input(0), open, sizes.get(open))) {
            target[open] = 0;
        } else if (positive) {
            target[open] = -1;
        } else {
            return Optional.empty();
        }
        return Optional.of(target);
    }

    private boolean isSameAxis(String value, int axis, Linear size) {
        Shape shape = inference.shape(value);
        return shape.isRanked()
                && axis < shape.rank()
                && size.factor() == 1
                && shape.dim(axis).equals(new Dim.Symbolic(size.symbol()));
    }
}
