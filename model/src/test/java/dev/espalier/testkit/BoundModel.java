package dev.espalier.testkit;

import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.Initializer;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A model that is fed nothing, since it holds what it was to be fed. */
final class BoundModel {
    private BoundModel() {}

    /** {@code model} with {@code feeds}, by the names of its inputs, as constants. */
    static Model of(Model model, Map<String, Tensor> feeds) {
        Graph graph = model.graph();
        List<Initializer> constants = new ArrayList<>(graph.initializers().values());
        feeds.forEach((name, tensor) -> constants.add(Initializer.of(name, tensor)));
        return model.withGraph(
                new Graph(
                        graph.name(),
                        List.of(),
                        graph.outputs(),
                        graph.valueInfos(),
                        constants,
                        graph.nodes(),
                        graph.extras()));
    }
}
