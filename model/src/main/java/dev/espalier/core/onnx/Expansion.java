package dev.espalier.core.onnx;

import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.ir.Attribute;
import dev.espalier.core.ir.Attributes;
import dev.espalier.core.ir.Function;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.Initializer;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Tensor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;

/**
 * Bounds what the calls of a model's functions stand for: a few functions that each call the one
 * before twice are a kilobyte of file and more nodes than any machine holds. Runtimes put the body
 * in the place of each call, and so may passes. The sizes are computed without that, each function
 * once.
 */
final class Expansion {
    /**
     * ONNX Runtime 1.29 takes 20 s for this many on a busy server, and time that grows with their
     * square beyond.
     */
    static final long MOST_NODES = 100_000;

    /** What {@link ModelStream} lets tensors in attributes take. */
    static final long MOST_BYTES = ModelStream.MOST_INLINE_BYTES;

    /**
     * Frameworks nest functions as their layers. ONNX Runtime 1.29 overflows a stack of 1 MiB
     * between 300 and 400.
     */
    static final int MOST_DEPTH = 100;

    /** How many functions of a circle a message names. */
    private static final int MOST_NAMES = 5;

    private final Map<Function.Id, Function> functions;
    private final Source source;
    private final Map<Function.Id, ExpandedSize> sizes = new HashMap<>();
    private final List<Function.Id> path = new ArrayList<>();
    private int level;

    Expansion(Map<Function.Id, Function> functions, Source source) {
        this.functions = functions;
        this.source = source;
    }

    /** Refuses functions that call themselves, and more calls in {@code main} than are bearable. */
    void check(Graph main) {
        if (functions.isEmpty()) {
            return;
        }
        functions.keySet().forEach(this::size);
        ExpandedSize expanded = size(main);
        ExpandedSize written = new Expansion(Map.of(), source).size(main);
        long nodes = expanded.nodes() - written.nodes();
        if (nodes > MOST_NODES) {
            Function.Id most = largest(main, ExpandedSize::nodes);
            throw refusal("nodes", nodes, most, sizes.get(most).nodes(), MOST_NODES);
        }
        long bytes = expanded.bytes() - written.bytes();
        if (bytes > MOST_BYTES) {
            Function.Id most = largest(main, ExpandedSize::bytes);
            throw refusal("bytes of attributes", bytes, most, sizes.get(most).bytes(), MOST_BYTES);
        }
        if (expanded.depth() > MOST_DEPTH) {
            throw tooDeep(largest(main, ExpandedSize::depth));
        }
    }

    /** The function called in {@code main} whose size is the largest. */
    private Function.Id largest(Graph main, ToLongFunction<ExpandedSize> measure) {
        return main.withSubGraphs().stream()
                .flatMap(graph -> graph.nodes().stream())
                .map(Function.Id::of)
                .filter(functions::containsKey)
                .max(Comparator.comparingLong(id -> measure.applyAsLong(sizes.get(id))))
                .orElseThrow();
    }

    private UnsupportedModelException refusal(
            String unit, long count, Function.Id most, long ofMost, long limit) {
        return new UnsupportedModelException(
                ("%s: inlined, the calls of its functions become %s %s, a call of '%s' alone %s;"
                                + " at most %s are accepted. Export it without functions if that many are"
                                + " meant")
                        .formatted(source.name(), text(count), unit, most, text(ofMost), limit));
    }

    private static String text(long count) {
        return count >= ExpandedSize.MOST / 2 ? "more than 10^18" : Long.toString(count);
    }

    private UnsupportedModelException tooDeep(Function.Id function) {
        return new UnsupportedModelException(
                "%s: calls and sub-graphs in function '%s' are nested deeper than %s levels"
                        .formatted(source.name(), function, MOST_DEPTH));
    }

    private String cycle(Function.Id id) {
        List<String> names =
                path.subList(path.indexOf(id), path.size()).stream()
                        .map(each -> "'" + each + "'")
                        .toList();
        if (names.size() == 1) {
            return "function " + names.get(0) + " calls itself";
        }
        boolean isLong = names.size() > MOST_NAMES;
        return "functions call each other in a circle: %s, %swhich calls %s again"
                .formatted(
                        String.join(
                                " calls ", names.subList(0, isLong ? MOST_NAMES : names.size())),
                        isLong
                                ? "and so on through "
                                        + (names.size() - MOST_NAMES)
                                        + " others, the last of "
                                : "",
                        names.get(0));
    }

    private ExpandedSize size(Function.Id id) {
        ExpandedSize known = sizes.get(id);
        if (known != null) {
            return known;
        }
        if (path.contains(id)) {
            throw source.damaged(cycle(id));
        }
        path.add(id);
        Function function = functions.get(id);
        ExpandedSize size = new ExpandedSize();
        size.add(size(function.body()), 1, 0);
        int inside = size.depth();
        // Added also where a call gives another value: that is rare, and looking for it at every
        // call would take the product of calls and attributes.
        function.defaults()
                .asMap()
                .forEach(
                        (name, value) ->
                                size.add(size(value), size.uses().getOrDefault(name, 0L), inside));
        if (size.depth() > MOST_DEPTH) {
            throw tooDeep(id);
        }
        path.remove(path.size() - 1);
        sizes.put(id, size);
        return size;
    }

    private ExpandedSize size(Graph graph) {
        if (++level > MOST_DEPTH) {
            throw tooDeep(path.get(path.size() - 1));
        }
        ExpandedSize size = new ExpandedSize();
        for (Initializer initializer : graph.initializers().values()) {
            size.addBytes(initializer.tensor().byteSize());
        }
        for (Node node : graph.nodes()) {
            size.addNode();
            if (functions.containsKey(Function.Id.of(node))) {
                addCall(node, size);
            } else {
                node.attributes().asMap().values().forEach(a -> size.add(size(a), 1, 0));
            }
        }
        level--;
        return size;
    }

    private void addCall(Node node, ExpandedSize size) {
        ExpandedSize body = size(Function.Id.of(node));
        size.addConstants(body, 1);
        node.attributes()
                .asMap()
                .forEach(
                        (name, value) -> {
                            long uses = Math.max(1, body.uses().getOrDefault(name, 0L));
                            size.add(size(value), uses, body.depth() + 1);
                        });
    }

    private ExpandedSize size(Attribute value) {
        ExpandedSize size = new ExpandedSize();
        if (value instanceof Attribute.Reference reference) {
            size.addUse(reference.name());
        } else if (value instanceof Attribute.TensorValue one) {
            size.addBytes(one.value().byteSize());
        } else if (value instanceof Attribute.Tensors several) {
            several.values().stream().mapToLong(Tensor::byteSize).forEach(size::addBytes);
        } else if (value instanceof Attribute.StringValue one) {
            size.addBytes(one.value().length());
        } else if (value instanceof Attribute.Strings several) {
            several.values().forEach(s -> size.addBytes(s.length()));
        } else if (value instanceof Attribute.Floats several) {
            size.addBytes(Float.BYTES * (long) several.values().size());
        } else if (value instanceof Attribute.Ints several) {
            size.addBytes(Long.BYTES * (long) several.values().size());
        } else if (value instanceof Attribute.Other other) {
            size.addBytes(other.value().size());
        }
        Attributes.NONE.with("", value).graphs().forEach(graph -> size.add(size(graph), 1, 1));
        return size;
    }
}
