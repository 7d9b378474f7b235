package dev.espalier;

import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import java.util.Comparator;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What a result file says of how it was made, in its {@code metadata_props}. */
final class Provenance {
    static final String PREFIX = "dev.espalier.";

    /** First ONNX Runtime that implements an operator set, from its version matrix. */
    private static final NavigableMap<Long, String> BY_OPSET =
            new TreeMap<>(
                    Map.ofEntries(
                            Map.entry(1L, "0.3"),
                            Map.entry(10L, "0.4"),
                            Map.entry(11L, "1.0"),
                            Map.entry(12L, "1.3"),
                            Map.entry(13L, "1.6"),
                            Map.entry(14L, "1.8"),
                            Map.entry(15L, "1.9"),
                            Map.entry(16L, "1.11"),
                            Map.entry(17L, "1.12"),
                            Map.entry(18L, "1.14"),
                            Map.entry(19L, "1.15"),
                            Map.entry(20L, "1.17"),
                            Map.entry(21L, "1.18"),
                            Map.entry(22L, "1.21"),
                            Map.entry(23L, "1.23"),
                            Map.entry(24L, "1.24")));

    /** First ONNX Runtime that reads a version of the file format. */
    private static final NavigableMap<Long, String> BY_IR_VERSION =
            new TreeMap<>(
                    Map.of(
                            1L, "0.3", 5L, "0.4", 6L, "1.0", 7L, "1.3", 8L, "1.9", 9L, "1.15", 10L,
                            "1.18", 11L, "1.23", 12L, "1.24"));

    private Provenance() {}

    static Model stamp(Model model, Map<String, String> facts) {
        Model stamped = model;
        for (Map.Entry<String, String> fact : facts.entrySet()) {
            stamped = stamped.withMetadata(PREFIX + fact.getKey(), fact.getValue());
        }
        return stamped.withMetadata(PREFIX + "lowest-onnxruntime", lowestRuntime(stamped));
    }

    /** The lowest ONNX Runtime that knows the model's operators and file format. */
    static String lowestRuntime(Model model) {
        String opset = BY_OPSET.floorEntry(Math.max(1, model.opset())).getValue();
        String format = BY_IR_VERSION.floorEntry(Math.max(1, model.irVersion())).getValue();
        return Stream.concat(
                        Stream.of(opset, format),
                        model.graph().nodes().stream()
                                .map(node -> ofItsOwnOperator(node, model.graph())))
                .max(Comparator.comparingInt(Provenance::minor))
                .orElseThrow();
    }

    /** First ONNX Runtime that computes a node which passes write, where the opset does not say. */
    private static String ofItsOwnOperator(Node node, Graph graph) {
        if (node.is("Cast")) {
            // Operator set 21 has it, but the kernel came five releases later.
            return graph.constant(node.input(0)).filter(t -> t.dataType().bits() == 4).isPresent()
                    ? "1.23"
                    : "0.3";
        }
        if (!node.domain().equals("com.microsoft")) {
            return "0.3";
        }
        return switch (node.opType()) {
            // Codes of 8 bits came later; before, such a node is refused when the model is loaded.
            case "MatMulNBits" -> node.attributes().integer("bits", 4) == 4 ? "1.17" : "1.22";
            // Tables of bytes came before their zero points and 8 bits.
            case "GatherBlockQuantized" ->
                    node.attributes().integer("bits", 4) == 4 && !node.hasInput(3)
                            ? "1.22"
                            : "1.23";
            case "QGemm" -> "1.11";
            default -> "0.3";
        };
    }

    private static int minor(String version) {
        String[] parts = version.split("\\.");
        return 1000 * Integer.parseInt(parts[0]) + Integer.parseInt(parts[1]);
    }
}
