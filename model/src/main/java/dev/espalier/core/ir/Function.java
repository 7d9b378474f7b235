package dev.espalier.core.ir;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * An operator that a model defines by a graph of other operators: ONNX's {@code FunctionProto}. A
 * {@link Node} whose domain, operator and overload are those of a function calls it. The nodes of
 * the body may refer to the attributes of the call ({@link Attribute.Reference}). A runtime that
 * knows an operator of the same domain and name may compute that one instead.
 *
 * @param attributes names of the attributes without a default
 * @param defaults the other attributes, with the values that hold where a call gives none
 * @param opsets that the body is written in, by operator domain
 * @param body its inputs and outputs are those of the function, without types; it has no
 *     initializers
 * @param extras what else the file says of the function: documentation, metadata, newer fields
 */
public record Function(
        Id id,
        List<String> attributes,
        Attributes defaults,
        Map<String, Long> opsets,
        Graph body,
        Opaque extras) {
    /**
     * What a node has to name to call the function.
     *
     * @param overload tells functions of one domain and name apart; mostly empty
     */
    public record Id(String domain, String name, String overload) implements Comparable<Id> {
        private static final Comparator<Id> ORDER =
                Comparator.comparing(Id::name)
                        .thenComparing(Id::domain)
                        .thenComparing(Id::overload);

        /** What {@code node} names, be it a function or not. */
        public static Id of(Node node) {
            return new Id(node.domain(), node.opType(), node.overload());
        }

        /**
         * By name first. Maps stay fast with ordered keys where a hostile file makes hashes equal.
         */
        @Override
        public int compareTo(Id other) {
            return ORDER.compare(this, other);
        }

        @Override
        public String toString() {
            return domain + "::" + name + (overload.isEmpty() ? "" : ":" + overload);
        }
    }

    public Function {
        Objects.requireNonNull(id, "id");
        attributes = List.copyOf(attributes);
        opsets = Collections.unmodifiableMap(new LinkedHashMap<>(opsets));
        Objects.requireNonNull(body, "body");
        Objects.requireNonNull(extras, "extras");
        if (!body.initializers().isEmpty()) {
            throw new IllegalArgumentException(
                    "function '"
                            + id
                            + "' has initializers, which ONNX does not know in functions");
        }
    }

    /** Whether a call may give an attribute of this name. */
    public boolean declares(String attribute) {
        return attributes.contains(attribute) || defaults.has(attribute);
    }

    /** The body and the default graphs, every graph before those in the attributes of its nodes. */
    public List<Graph> graphs() {
        List<Graph> found = new ArrayList<>(body.withSubGraphs());
        defaults.graphs().forEach(graph -> found.addAll(graph.withSubGraphs()));
        return found;
    }

    /**
     * The body with the attributes that {@code call} gives in the place of the {@linkplain
     * Attribute.Reference references} to them: what the call stands for but for the names of its
     * values. An attribute that has neither a value nor a default is left out.
     */
    public Graph bodyFor(Node call) {
        return resolved(body, call.attributes());
    }

    private Graph resolved(Graph graph, Attributes given) {
        List<Node> nodes = new ArrayList<>();
        for (Node node : graph.nodes()) {
            Map<String, Attribute> attributes = new LinkedHashMap<>();
            node.attributes()
                    .asMap()
                    .forEach(
                            (name, value) -> {
                                Attribute known = resolved(value, given);
                                if (known != null) {
                                    attributes.put(name, known);
                                }
                            });
            Attributes changed = Attributes.of(attributes);
            nodes.add(changed.equals(node.attributes()) ? node : node.withAttributes(changed));
        }
        return graph.withNodes(nodes);
    }

    /** Null where there is no such attribute. */
    private Attribute resolved(Attribute value, Attributes given) {
        if (value instanceof Attribute.Reference reference) {
            return given.find(reference.name())
                    .or(() -> defaults.find(reference.name()))
                    .orElse(null);
        }
        if (value instanceof Attribute.GraphValue inner) {
            return new Attribute.GraphValue(resolved(inner.value(), given));
        }
        if (value instanceof Attribute.Graphs inner) {
            return new Attribute.Graphs(
                    inner.values().stream().map(graph -> resolved(graph, given)).toList());
        }
        return value;
    }

    public Function withBody(Graph changed) {
        return new Function(id, attributes, defaults, opsets, changed, extras);
    }

    public Function withOpset(String domain, long version) {
        Map<String, Long> changed = new LinkedHashMap<>(opsets);
        changed.put(domain, version);
        return new Function(id, attributes, defaults, changed, body, extras);
    }
}
