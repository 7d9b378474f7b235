package dev.espalier.graft;

import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.Value;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Which tensor of another network is which of this one. Both compute the same, but for their
 * weights: node by node the same operator with the same attributes on the same values. Names may
 * differ.
 */
final class Counterparts {
    private final Model own;
    private final Model other;
    private final String label;
    private final Map<String, String> names = new HashMap<>();

    private Counterparts(Model own, Model other, String label) {
        this.own = own;
        this.other = other;
        this.label = label;
    }

    /**
     * The float32 initializers of {@code other}, by the names that {@code own} has for them.
     *
     * @param label of the other network, for errors
     * @throws UnsupportedModelException where the two differ in more than such tensors
     */
    static Map<String, Tensor> of(Model own, Model other, String label) {
        Counterparts counterparts = new Counterparts(own, other, label);
        counterparts.compare();
        return counterparts.tensors();
    }

    /** The float32 initializers of {@code model}. */
    static Map<String, Tensor> floats(Model model) {
        Map<String, Tensor> floats = new LinkedHashMap<>();
        model.graph().initializers().values().stream()
                .filter(held -> held.tensor().dataType() == DataType.FLOAT)
                .forEach(held -> floats.put(held.name(), held.tensor()));
        return floats;
    }

    private void compare() {
        if (!own.opsets().equals(other.opsets())) {
            throw refusal(
                    "is written in the operator sets %s, this one in %s; export both alike",
                    other.opsets(), own.opsets());
        }
        Graph mine = own.graph();
        Graph its = other.graph();
        matchAll("inputs", values(mine.feeds()), values(its.feeds()));
        if (mine.nodes().size() != its.nodes().size()) {
            throw refusal(
                    "has %s nodes, this one %s; only networks of one topology can be blended",
                    its.nodes().size(), mine.nodes().size());
        }
        for (int i = 0; i < mine.nodes().size(); i++) {
            compare(mine.nodes().get(i), its.nodes().get(i));
        }
        matchAll("outputs", values(mine.outputs()), values(its.outputs()));
    }

    private void compare(Node mine, Node its) {
        if (!mine.opType().equals(its.opType()) || !mine.domain().equals(its.domain())) {
            throw refusal(
                    "has a %s, '%s', where this one has a %s, '%s'; only networks of one topology can be blended",
                    its.opType(), its.label(), mine.opType(), mine.label());
        }
        if (!mine.attributes().equals(its.attributes())) {
            throw refusal(
                    "has other attributes at '%s' than this one at '%s'; only networks of one topology can be blended",
                    its.label(), mine.label());
        }
        matchAll("inputs of '" + mine.label() + "'", mine.inputs(), its.inputs());
        matchAll("outputs of '" + mine.label() + "'", mine.outputs(), its.outputs());
    }

    private void matchAll(String what, List<String> mine, List<String> its) {
        if (mine.size() != its.size()) {
            throw refusal(
                    "has %s %s, this one %s; only networks of one topology can be blended",
                    its.size(), what, mine.size());
        }
        for (int i = 0; i < mine.size(); i++) {
            String known = names.putIfAbsent(mine.get(i), its.get(i));
            if (known != null && !known.equals(its.get(i))) {
                throw refusal(
                        "has '%s' among the %s, where '%s' would be this one's '%s'; only networks of one topology can be blended",
                        its.get(i), what, known, mine.get(i));
            }
        }
    }

    private Map<String, Tensor> tensors() {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        own.graph()
                .initializers()
                .forEach(
                        (name, held) -> {
                            if (names.containsKey(name)) {
                                Tensor its = initializer(name);
                                compare(name, held.tensor(), its);
                                if (its.dataType() == DataType.FLOAT) {
                                    tensors.put(name, its);
                                }
                            }
                        });
        return tensors;
    }

    private Tensor initializer(String name) {
        String counterpart = names.get(name);
        if (!other.graph().initializers().containsKey(counterpart)) {
            throw refusal(
                    "computes or is fed '%s', which this one stores as '%s'", counterpart, name);
        }
        return other.graph().initializers().get(counterpart).tensor();
    }

    private void compare(String name, Tensor mine, Tensor its) {
        if (!mine.type().equals(its.type())) {
            throw refusal(
                    "has %s as '%s', where this one has %s as '%s'; only networks of equal shapes can be blended",
                    its.type(), names.get(name), mine.type(), name);
        }
        if (mine.dataType() != DataType.FLOAT && !mine.equals(its)) {
            throw refusal(
                    "has other values in '%s' than this one in '%s', of type %s; only float32 weights can be blended, so blend before quantize",
                    names.get(name), name, mine.dataType());
        }
    }

    private UnsupportedModelException refusal(String format, Object... found) {
        return new UnsupportedModelException(
                label + " " + String.format(Locale.ROOT, format, found));
    }

    private static List<String> values(List<Value> values) {
        return values.stream().map(Value::name).toList();
    }
}
