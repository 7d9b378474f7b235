package dev.espalier.core.pass;

import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A value by which a {@link Proof} compares two models: an output, or what a saturating operator
 * reads that makes one.
 *
 * @param before its name in the first model
 * @param after its name in the second model
 * @param label how messages call it
 * @param isOutput whether it is a graph output, which both models certainly have
 */
record ComparedValue(String before, String after, String label, boolean isOutput) {
    /** All outputs of the two models, and what comes before those of them that saturate. */
    static List<ComparedValue> of(Model before, Model after) {
        Map<String, ComparedValue> found = new LinkedHashMap<>();
        for (Value output : before.graph().outputs()) {
            String name = output.name();
            found.put(name, new ComparedValue(name, name, "output '" + name + "'", true));
        }
        for (Value output : before.graph().outputs()) {
            List<Node> old = Saturation.behind(before.graph(), output.name());
            List<Node> changed = Saturation.behind(after.graph(), output.name());
            if (!types(old).equals(types(changed))) {
                continue;
            }
            for (int i = 0; i < old.size(); i++) {
                String value = old.get(i).input(0);
                String label =
                        "'%s', of which %s makes output '%s',"
                                .formatted(value, old.get(i).opType(), output.name());
                found.putIfAbsent(
                        value, new ComparedValue(value, changed.get(i).input(0), label, false));
            }
        }
        return new ArrayList<>(found.values());
    }

    private static List<String> types(List<Node> nodes) {
        return nodes.stream().map(Node::opType).toList();
    }
}
