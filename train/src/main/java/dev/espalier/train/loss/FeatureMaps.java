package dev.espalier.train.loss;

import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.analysis.ShapeInference;
import dev.espalier.core.analysis.StageEnds;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.recipe.Nearest;
import java.util.List;

/**
 * The values [N, C, H, W] inside a network that a loss may read.
 *
 * @param shapes with every dimension fixed
 */
public record FeatureMaps(Model model, ShapeInference shapes) {
    private static final int RANK = 4;

    /**
     * The shape of a named one.
     *
     * @param network how the message calls the network, such as {@code the teacher}
     * @throws InvalidOptionException where there is none of that name, with the nearest name, or it
     *     is no feature map
     */
    public Shape require(String name, String network) {
        if (model.graph().producer(name).isEmpty()) {
            throw new InvalidOptionException(
                    "%s has no inner value '%s'%s".formatted(network, name, hint(name)));
        }
        if (!isMap(name)) {
            throw new InvalidOptionException(
                    "the value '%s' of %s is %s, expected a feature map [N, C, H, W]"
                            .formatted(name, network, shapes.shape(name)));
        }
        return shapes.shape(name);
    }

    /** Whether a node makes a feature map of that name. */
    public boolean contains(String name) {
        return model.graph().producer(name).isPresent() && isMap(name);
    }

    private boolean isMap(String name) {
        return shapes.shape(name).isFixed() && shapes.shape(name).rank() == RANK;
    }

    /** See {@link StageEnds}. */
    public List<String> stageEnds() {
        return StageEnds.of(model, shapes);
    }

    private String hint(String name) {
        List<String> maps =
                model.graph().nodes().stream()
                        .map(Node::outputs)
                        .flatMap(List::stream)
                        .filter(this::isMap)
                        .toList();
        String hint = Nearest.hint(name, maps);
        // All values of a network are too many to read.
        return hint.startsWith(";")
                ? "; its stages end in " + String.join(", ", stageEnds())
                : hint;
    }
}
