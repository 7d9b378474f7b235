package dev.espalier.quantize.internal.effect;

import dev.espalier.core.analysis.ShapeInference;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.ir.Value;
import dev.espalier.core.op.Operators;
import dev.espalier.core.op.spec.Trait;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds the values of a network in what a pass made of it: floats by their name, bytes by the name
 * of what they are made of, of what is made of them, or of their own without the {@code _q}.
 */
final class KnownValues {
    private static final Pattern BYTES = Pattern.compile("(.+)_q(_\\d+)?");

    /** How many nodes may be absorbed into the one before. */
    private static final int ABSORBED = 4;

    private final Graph before;
    private final Graph after;
    private final ShapeInference types;
    private final Map<String, ByteGrid> grids = new HashMap<>();
    private final Map<String, KnownValue> known = new HashMap<>();

    private KnownValues(Model before, Model after) {
        this.before = before.graph();
        this.after = after.graph();
        this.types = ShapeInference.of(before);
    }

    /** In the order in which {@code before} makes them, its inputs first. */
    static List<KnownValue> of(Model before, Model after) {
        return new KnownValues(before, after).find();
    }

    private List<KnownValue> find() {
        for (Node node : after.nodes()) {
            grid(node).ifPresent(grid -> node.outputs().forEach(bytes -> add(node, bytes, grid)));
        }
        List<KnownValue> found = new ArrayList<>();
        before.feeds().stream()
                .map(Value::name)
                .filter(known::containsKey)
                .forEach(name -> found.add(known.get(name)));
        for (Node node : before.nodes()) {
            for (String output : node.outputs()) {
                if (!known.containsKey(output) && after.producer(output).isPresent()) {
                    floats(output).ifPresent(t -> put(output, t, output, Optional.empty()));
                }
                if (known.containsKey(output)) {
                    found.add(known.get(output));
                }
            }
        }
        return found;
    }

    /** The grid of the bytes that {@code node} gives. */
    private Optional<ByteGrid> grid(Node node) {
        int scale =
                switch (node.opType()) {
                    case "QuantizeLinear" -> 1;
                    case "QLinearConv", "QLinearMatMul", "QLinearAdd", "QLinearMul" -> 6;
                    case "QGemm" -> 7;
                    case "QLinearConcat" -> 0;
                    default -> node.opType().startsWith("QLinear") ? 3 : -1;
                };
        if (scale >= 0) {
            return ByteGrid.of(after, node.input(scale), node.input(scale + 1));
        }
        return Operators.hasAny(node, Trait.REARRANGES, Trait.SELECTS, Trait.JOINS)
                ? Optional.ofNullable(grids.get(node.input(0)))
                : Optional.empty();
    }

    private void add(Node maker, String bytes, ByteGrid grid) {
        grids.put(bytes, grid);
        String name = name(maker, bytes);
        floats(name)
                .filter(type -> !known.containsKey(name))
                .ifPresent(type -> put(name, type, bytes, Optional.of(grid)));
    }

    private void put(String name, TensorType type, String found, Optional<ByteGrid> grid) {
        known.put(name, new KnownValue(name, type, found, grid));
    }

    /** What the bytes stand for; empty where that cannot be told. */
    private String name(Node maker, String bytes) {
        List<Node> readers = after.consumers(bytes);
        Optional<String> read =
                readers.stream()
                        .filter(reader -> reader.is("DequantizeLinear"))
                        .map(reader -> reader.output(0))
                        .filter(this::isThere)
                        .findFirst();
        if (read.isPresent()) {
            return read.get();
        }
        if (maker.is("QuantizeLinear") && isThere(maker.input(0))) {
            return maker.input(0);
        }
        Matcher matcher = BYTES.matcher(bytes);
        return matcher.matches() ? named(matcher.group(1), maker) : "";
    }

    /**
     * @param stem the value's name or the last part of it
     */
    private String named(String stem, Node maker) {
        if (isThere(stem)) {
            return stem;
        }
        List<String> all =
                before.nodes().stream()
                        .flatMap(node -> node.outputs().stream())
                        .filter(output -> isStem(stem, output))
                        .toList();
        return all.size() == 1 ? all.get(0) : behind(stem, maker);
    }

    /** The value of this stem that the node called like {@code maker} makes with its followers. */
    private String behind(String stem, Node maker) {
        Optional<Node> node =
                before.nodes().stream()
                        .filter(n -> !n.name().isEmpty() && n.name().equals(maker.name()))
                        .findFirst();
        for (int i = 0; i < ABSORBED && node.isPresent(); i++) {
            String output = node.get().output(0);
            if (isStem(stem, output)) {
                return output;
            }
            List<Node> readers = before.consumers(output);
            node = readers.size() == 1 ? Optional.of(readers.get(0)) : Optional.empty();
        }
        return "";
    }

    private static boolean isStem(String stem, String value) {
        return value.endsWith("/" + stem) || value.endsWith(":" + stem);
    }

    private boolean isThere(String name) {
        return before.producer(name).isPresent()
                || before.feeds().stream().anyMatch(feed -> feed.name().equals(name));
    }

    /** The type of a value of {@code before} that can be cut: floats that no sub-graph reads. */
    private Optional<TensorType> floats(String name) {
        return name.isEmpty() || before.isCaptured(name)
                ? Optional.empty()
                : types.type(name).filter(type -> type.dataType().isFloating());
    }
}
