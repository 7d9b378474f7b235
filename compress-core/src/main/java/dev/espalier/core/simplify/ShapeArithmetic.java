package dev.espalier.core.simplify;

import dev.espalier.core.analysis.ShapeInference;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.op.Call;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Follows the integers that a model computes from shapes while the batch size is open: each is a
 * number, a multiple of an open dimension plus a number, or unknown. Exact: nothing is tried at
 * sample sizes. Only scalars and vectors are followed, as in the shape arithmetic of exports.
 */
final class ShapeArithmetic {
    private static final int MOST_ELEMENTS = 64;

    /**
     * {@code factor * symbol + constant}.
     *
     * @param symbol name of an open dimension, null where factor is 0
     */
    record Linear(long constant, long factor, String symbol) {
        static Linear of(long constant) {
            return new Linear(constant, 0, null);
        }

        private static Linear of(long constant, long factor, String symbol) {
            return new Linear(constant, factor, factor == 0 ? null : symbol);
        }

        boolean isNumber() {
            return factor == 0;
        }
    }

    private final ShapeInference inference;
    private final Map<String, List<Linear>> known = new HashMap<>();

    ShapeArithmetic(Model model, ShapeInference inference) {
        this.inference = inference;
        for (Node node : model.graph().nodes()) {
            if (node.isStandard() && node.outputs().size() == 1) {
                try {
                    List<Linear> elements = follow(node, inference.call(node));
                    if (elements != null
                            && elements.size() <= MOST_ELEMENTS
                            && isVector(inference.shape(node.output(0)))) {
                        known.put(node.output(0), elements);
                    }
                } catch (ArithmeticException
                        | IllegalArgumentException
                        | IllegalStateException
                        | IndexOutOfBoundsException e) {
                    // An overflow or an axis that does not exist: not followed any further.
                }
            }
        }
    }

    private static boolean isVector(Shape shape) {
        return shape.isRanked() && shape.rank() <= 1;
    }

    /** The elements of {@code value}, null for the unknown ones; empty where it is not followed. */
    Optional<List<Linear>> elements(String value) {
        return Optional.ofNullable(of(value));
    }

    /** {@code value} as a constant, where all its elements are numbers. */
    Optional<Tensor> constant(String value) {
        List<Linear> elements = known.get(value);
        Optional<TensorType> type = inference.type(value);
        if (elements == null
                || type.isEmpty()
                || !isIndex(type.get().dataType())
                || !elements.stream().allMatch(e -> e != null && e.isNumber())) {
            return Optional.empty();
        }
        Shape shape = type.get().shape();
        if (!shape.isFixed() || shape.rank() > 1 || shape.elementCount() != elements.size()) {
            return Optional.empty();
        }
        long[] numbers = elements.stream().mapToLong(Linear::constant).toArray();
        return Optional.of(Tensor.ofIntegers(type.get().dataType(), shape, numbers));
    }

    private static boolean isIndex(DataType type) {
        return type == DataType.INT64 || type == DataType.INT32;
    }

    private List<Linear> of(String value) {
        if (known.containsKey(value)) {
            return known.get(value);
        }
        Optional<Tensor> constant = inference.constant(value);
        if (constant.isEmpty()
                || !isIndex(constant.get().dataType())
                || constant.get().shape().rank() > 1
                || constant.get().elementCount() > MOST_ELEMENTS) {
            return null;
        }
        List<Linear> elements = new ArrayList<>();
        for (long number : constant.get().toLongs()) {
            elements.add(Linear.of(number));
        }
        return elements;
    }

    private List<Linear> follow(Node node, Call call) {
        return switch (node.opType()) {
            case "Shape" -> shape(call);
            case "Identity", "Unsqueeze", "Squeeze", "Reshape" -> of(node.input(0));
            case "Cast" -> isIndex(type(node)) ? of(node.input(0)) : null;
            case "Gather" -> gather(call, of(node.input(0)));
            case "Slice" -> slice(call, of(node.input(0)));
            case "Concat" -> concat(node);
            case "Add", "Sub", "Mul", "Div" ->
                    combine(node.opType(), of(node.input(0)), of(node.input(1)));
            default -> null;
        };
    }

    private DataType type(Node node) {
        return inference.type(node.output(0)).map(TensorType::dataType).orElse(DataType.FLOAT);
    }

    private static List<Linear> shape(Call call) {
        if (!call.ranked(0) || call.attributes().has("start") || call.attributes().has("end")) {
            return null;
        }
        List<Linear> elements = new ArrayList<>();
        for (Dim dim : call.shape(0).dims()) {
            if (dim instanceof Dim.Fixed fixed) {
                elements.add(Linear.of(fixed.size()));
            } else {
                elements.add(dim instanceof Dim.Symbolic s ? Linear.of(0, 1, s.name()) : null);
            }
        }
        return elements;
    }

    private static List<Linear> gather(Call call, List<Linear> data) {
        Optional<long[]> indices = call.constantLongs(1);
        if (data == null || indices.isEmpty() || call.shape(0).rank() != 1) {
            return null;
        }
        List<Linear> elements = new ArrayList<>();
        for (long index : indices.get()) {
            long from = index < 0 ? index + data.size() : index;
            if (from < 0 || from >= data.size()) {
                return null;
            }
            elements.add(data.get((int) from));
        }
        return elements;
    }

    private static List<Linear> slice(Call call, List<Linear> data) {
        Optional<long[]> starts = call.longs("starts", 1);
        Optional<long[]> ends = call.longs("ends", 2);
        Optional<long[]> steps = call.constantLongs(4);
        if (data == null
                || starts.isEmpty()
                || ends.isEmpty()
                || starts.get().length != 1
                || call.has(4) && (steps.isEmpty() || steps.get()[0] != 1)) {
            return null;
        }
        int from = clipped(starts.get()[0], data.size());
        return data.subList(from, Math.max(from, clipped(ends.get()[0], data.size())));
    }

    private static int clipped(long bound, int size) {
        return (int) Math.max(0, Math.min(size, bound < 0 ? bound + size : bound));
    }

    private List<Linear> concat(Node node) {
        List<Linear> elements = new ArrayList<>();
        for (String input : node.inputs()) {
            List<Linear> part = of(input);
            if (part == null || inference.shape(input).rank() != 1) {
                return null;
            }
            elements.addAll(part);
        }
        return elements;
    }

    private static List<Linear> combine(String operator, List<Linear> a, List<Linear> b) {
        if (a == null || b == null || a.size() != b.size() && a.size() != 1 && b.size() != 1) {
            return null;
        }
        int size = a.isEmpty() || b.isEmpty() ? 0 : Math.max(a.size(), b.size());
        List<Linear> elements = new ArrayList<>(Collections.nCopies(size, null));
        for (int i = 0; i < size; i++) {
            Linear x = a.get(a.size() == 1 ? 0 : i);
            Linear y = b.get(b.size() == 1 ? 0 : i);
            elements.set(i, x == null || y == null ? null : combine(operator, x, y));
        }
        return elements;
    }

    /** Null where the result is not linear in one open dimension. */
    private static Linear combine(String operator, Linear x, Linear y) {
        boolean oneSymbol = x.isNumber() || y.isNumber() || x.symbol().equals(y.symbol());
        String symbol = x.isNumber() ? y.symbol() : x.symbol();
        return switch (operator) {
            case "Add" ->
                    oneSymbol
                            ? Linear.of(
                                    Math.addExact(x.constant, y.constant),
                                    Math.addExact(x.factor, y.factor),
                                    symbol)
                            : null;
            case "Sub" ->
                    oneSymbol
                            ? Linear.of(
                                    Math.subtractExact(x.constant, y.constant),
                                    Math.subtractExact(x.factor, y.factor),
                                    symbol)
                            : null;
            case "Mul" -> x.isNumber() ? times(y, x.constant) : times(x, y);
            default -> quotient(x, y);
        };
    }

    private static Linear times(Linear x, Linear y) {
        return y.isNumber() ? times(x, y.constant) : null;
    }

    private static Linear times(Linear x, long number) {
        return Linear.of(
                Math.multiplyExact(x.constant, number),
                Math.multiplyExact(x.factor, number),
                x.symbol);
    }

    /** Whole numbers are divided towards zero; an open one only where nothing is left over. */
    private static Linear quotient(Linear x, Linear y) {
        if (!y.isNumber() || y.constant == 0) {
            return null;
        }
        if (!x.isNumber() && (x.constant % y.constant != 0 || x.factor % y.constant != 0)) {
            return null;
        }
        return Linear.of(x.constant / y.constant, x.factor / y.constant, x.symbol);
    }
}
