package dev.espalier.core.report;

import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Tensor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Reads from two models in which numbers they keep what they know and compute. */
public final class NumberTable {
    private static final String STRUCTURE = "structure";
    private static final int BYTES = 256;
    private static final Set<DataType> BYTE = Set.of(DataType.UINT8, DataType.INT8);

    private NumberTable() {}

    /**
     * @param bytesBefore of the file of {@code before}
     * @param bytesAfter of the file of {@code after}
     * @param decibels signal-to-noise ratios by float value, of those that were measured
     */
    public static NumberReport of(
            Model before,
            long bytesBefore,
            Model after,
            long bytesAfter,
            Map<String, Double> decibels) {
        return new NumberReport(
                types(before, bytesBefore, after, bytesAfter), values(after, decibels));
    }

    private static List<NumberReport.TypeBytes> types(
            Model before, long bytesBefore, Model after, long bytesAfter) {
        Map<String, Long> old = byType(before, bytesBefore);
        Map<String, Long> now = byType(after, bytesAfter);
        TreeSet<String> names = new TreeSet<>(old.keySet());
        names.addAll(now.keySet());
        return names.stream()
                .map(
                        type ->
                                new NumberReport.TypeBytes(
                                        type,
                                        old.getOrDefault(type, 0L),
                                        now.getOrDefault(type, 0L)))
                .sorted(Comparator.comparingLong(NumberReport.TypeBytes::after).reversed())
                .toList();
    }

    private static Map<String, Long> byType(Model model, long bytes) {
        Map<String, Long> sums = new TreeMap<>();
        long constants = 0;
        for (var initializer : model.graph().initializers().values()) {
            Tensor tensor = initializer.tensor();
            sums.merge(tensor.dataType().name(), tensor.byteSize(), Long::sum);
            constants += tensor.byteSize();
        }
        sums.put(STRUCTURE, Math.max(0, bytes - constants));
        return sums;
    }

    private static List<NumberReport.QuantizedValue> values(
            Model after, Map<String, Double> decibels) {
        List<NumberReport.QuantizedValue> values = new ArrayList<>();
        Graph graph = after.graph();
        for (Node node : graph.nodes()) {
            if (!node.is("QuantizeLinear") || !node.hasInput(2)) {
                continue;
            }
            Optional<Tensor> scale = graph.constant(node.input(1));
            Optional<Tensor> zero = graph.constant(node.input(2));
            if (scale.isEmpty()
                    || zero.isEmpty()
                    || !BYTE.contains(zero.get().dataType())
                    || scale.get().elementCount() != 1
                    || zero.get().elementCount() != 1) {
                continue;
            }
            double step = scale.get().toFloats()[0];
            long zeroPoint = zero.get().toLongs()[0];
            long least = zero.get().dataType() == DataType.INT8 ? -BYTES / 2 : 0;
            String name = floatName(graph, node);
            values.add(
                    new NumberReport.QuantizedValue(
                            name,
                            (least - zeroPoint) * step,
                            (least + BYTES - 1 - zeroPoint) * step,
                            decibels.getOrDefault(name, Double.NaN)));
        }
        return values;
    }

    /**
     * The float value that the bytes of {@code quantize} stand for: what is read, where it has a
     * name of the model's own, or what is made of the bytes again, be it behind nodes that move
     * them.
     */
    public static String floatName(Graph graph, Node quantize) {
        String bytes = quantize.output(0);
        for (int steps = 0; steps < graph.nodes().size(); steps++) {
            List<Node> readers = graph.consumers(bytes);
            Optional<Node> dequantize =
                    readers.stream().filter(reader -> reader.is("DequantizeLinear")).findFirst();
            boolean isInput =
                    graph.feeds().stream().anyMatch(f -> f.name().equals(quantize.input(0)));
            if (isInput) {
                return quantize.input(0);
            }
            if (dequantize.isPresent()) {
                return dequantize.get().output(0);
            }
            if (readers.size() != 1 || readers.get(0).outputs().size() != 1) {
                break;
            }
            bytes = readers.get(0).output(0);
        }
        return quantize.output(0);
    }
}
