package dev.espalier.core.ir;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A network as an ONNX file holds it: a graph, the operator sets it is written in, and what the
 * file says of itself. An immutable snapshot: a pass returns another model, and {@code result !=
 * model} tells that it changed something. Tensors are shared between snapshots.
 *
 * @param irVersion of the file format
 * @param opsets version by operator domain; the standard domain has the empty name
 * @param functions operators that the model itself defines, in the file's order
 * @param metadata ONNX's {@code metadata_props}
 * @param extras what else the file says of the model: producer, documentation, newer fields
 */
public record Model(
        long irVersion,
        Map<String, Long> opsets,
        Graph graph,
        Map<Function.Id, Function> functions,
        Map<String, String> metadata,
        Opaque extras) {
    public Model {
        opsets = Collections.unmodifiableMap(new LinkedHashMap<>(opsets));
        functions = Collections.unmodifiableMap(new LinkedHashMap<>(functions));
        metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
        Objects.requireNonNull(graph, "graph");
        Objects.requireNonNull(extras, "extras");
    }

    /** The version of the standard operator set; 1 where the file names none. */
    public long opset() {
        return opset(opsets);
    }

    /** The version of the standard operator set among {@code opsets}; 1 where there is none. */
    public static long opset(Map<String, Long> opsets) {
        return opsets.getOrDefault("", opsets.getOrDefault("ai.onnx", 1L));
    }

    /** The function that {@code node} calls; empty where it calls an operator. */
    public Optional<Function> callee(Node node) {
        return Optional.ofNullable(functions.get(Function.Id.of(node)));
    }

    /**
     * Every graph of the model once: the main graph, then what each function holds, every graph
     * before those in the attributes of its nodes.
     */
    public List<Graph> graphs() {
        List<Graph> found = new ArrayList<>(graph.withSubGraphs());
        functions.values().forEach(function -> found.addAll(function.graphs()));
        return found;
    }

    public Model withIrVersion(long changed) {
        return new Model(changed, opsets, graph, functions, metadata, extras);
    }

    public Model withGraph(Graph changed) {
        return changed == graph
                ? this
                : new Model(irVersion, opsets, changed, functions, metadata, extras);
    }

    public Model withFunctions(Map<Function.Id, Function> changed) {
        return new Model(irVersion, opsets, graph, changed, metadata, extras);
    }

    public Model withOpset(String domain, long version) {
        Map<String, Long> changed = new LinkedHashMap<>(opsets);
        changed.put(domain, version);
        return new Model(irVersion, changed, graph, functions, metadata, extras);
    }

    public Model withMetadata(String key, String value) {
        Map<String, String> changed = new LinkedHashMap<>(metadata);
        changed.put(key, value);
        return new Model(irVersion, opsets, graph, functions, changed, extras);
    }
}
