package dev.espalier.groupconv;

import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Tensor;
import dev.espalier.groupconv.internal.convert.Convolutions;
import dev.espalier.groupconv.internal.convert.GroupConversion;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * A dense convolution that can be cut into groups.
 *
 * @param label how messages call it
 * @param name of the node, or of its first output where it has none
 * @param weight name of its initializer
 * @param outputs Co, even
 * @param inputs Ci, even
 */
record GroupableLayer(String label, String name, String weight, int outputs, int inputs) {
    /**
     * The convolutions of {@code model} that can be cut, in the order of the graph.
     *
     * @param refused told the label of every other convolution, and why it stays
     */
    static List<GroupableLayer> of(Model model, BiConsumer<String, String> refused) {
        List<GroupableLayer> layers = new ArrayList<>();
        for (Node node : Convolutions.of(model.graph())) {
            Optional<String> obstacle = obstacle(model, node);
            obstacle.ifPresent(reason -> refused.accept(node.label(), reason));
            if (obstacle.isEmpty()) {
                layers.add(of(model.graph(), node));
            }
        }
        return layers;
    }

    private static GroupableLayer of(Graph graph, Node node) {
        Tensor weight = graph.constant(node.input(1)).orElseThrow();
        return new GroupableLayer(
                node.label(),
                Convolutions.key(node),
                node.input(1),
                (int) weight.shape().size(0),
                (int) weight.shape().size(1));
    }

    private static Optional<String> obstacle(Model model, Node node) {
        String name = Convolutions.key(node);
        List<Node> all = Convolutions.of(model.graph());
        if (all.stream().filter(other -> Convolutions.key(other).equals(name)).count() > 1) {
            return Optional.of("another convolution is called so too");
        }
        Optional<String> refusal = GroupConversion.refusal(model, name);
        if (refusal.isPresent()) {
            return refusal;
        }
        Tensor weight = model.graph().constant(node.input(1)).orElseThrow();
        if (weight.dataType() != DataType.FLOAT) {
            return Optional.of("its weight is " + weight.dataType() + ", not float32");
        }
        long outputs = weight.shape().size(0);
        long inputs = weight.shape().size(1);
        return outputs % 2 == 0 && inputs % 2 == 0
                ? Optional.empty()
                : Optional.of(
                        "%s input and %s output channels cannot both be halved"
                                .formatted(inputs, outputs));
    }

    NormMatrix norms(Model model) {
        return NormMatrix.of(model.graph().constant(weight).orElseThrow());
    }
}
