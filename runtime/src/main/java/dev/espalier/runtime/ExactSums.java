package dev.espalier.runtime;

import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import java.util.Map;

/**
 * ONNX Runtime's option {@code session.x64quantprecision}, under which 8-bit products are added in
 * 32 bits on every x86 CPU: it turns signed weights into unsigned ones when a model is loaded.
 */
final class ExactSums {
    /** Name of the option. */
    static final String OPTION = "session.x64quantprecision";

    /** Operators with an optional zero point of the weight, and which input that is. */
    private static final Map<String, Integer> ZERO_POINTS =
            Map.of(
                    "MatMulInteger", 3,
                    "MatMulIntegerToFloat", 5,
                    "DynamicQuantizeMatMul", 3,
                    "QAttention", 7);

    private ExactSums() {}

    /**
     * Refuses what ends the process: ONNX Runtime 1.29 writes to where a zero point would be.
     *
     * @throws UnsupportedModelException naming the node
     */
    static void require(Model model) {
        require(model.graph());
    }

    private static void require(Graph graph) {
        for (Node node : graph.nodes()) {
            Integer zeroPoint = ZERO_POINTS.get(node.opType());
            if (zeroPoint != null && node.inputs().size() <= zeroPoint) {
                throw new UnsupportedModelException(
                        "ONNX Runtime cannot load the model with %s: %s has no zero point for its weight (input %s)"
                                .formatted(OPTION, node.label(), zeroPoint));
            }
            node.attributes().graphs().forEach(ExactSums::require);
        }
    }
}
