package dev.espalier.core.op.spec;

import dev.espalier.core.ir.Attribute;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.TensorType;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/**
 * What an operator demands of a call whatever the inputs hold: attributes of the right kind and in
 * range, inputs that must be given, constants of a type that it computes with. An attribute or a
 * type that is not there, or not known, is not wrong.
 *
 * <p>Every method returns this check, or throws an {@link IllegalArgumentException} that says what
 * was found and what is allowed; the caller adds the node.
 */
public final class NodeCheck {
    /** More than any size, stride or pad that a tensor in memory can have. */
    public static final long MOST = Integer.MAX_VALUE;

    /** More axes than any tensor has, where its rank is not known. */
    public static final int MOST_AXES = 1 << 16;

    private final Call call;

    public NodeCheck(Call call) {
        this.call = call;
    }

    public Call call() {
        return call;
    }

    /** All that {@code operator} demands. */
    public static void of(Operator operator, Call call) {
        int outputs = call.node().outputs().size();
        require(
                outputs <= operator.outputs(),
                "has %s outputs, expected at most %s",
                outputs,
                operator.outputs());
        boolean any = call.node().outputs().stream().anyMatch(output -> !output.isEmpty());
        require(
                operator.outputs() == Integer.MAX_VALUE
                        || !call.node().output(0).isEmpty()
                        || any && operator.mayOmitFirstOutput(),
                "has no output");
        operator.check(new NodeCheck(call));
    }

    /** {@code count} inputs, none of them left out. */
    public NodeCheck inputs(int count) {
        return inputs(count, count);
    }

    /** At most {@code most} inputs, of which the first {@code least} may not be left out. */
    public NodeCheck inputs(int least, int most) {
        for (int i = 0; i < least; i++) {
            require(call.has(i), "has no input %s, expected at least %s of them", i, least);
        }
        int found = call.node().inputs().size();
        require(found <= most, "has %s inputs, expected at most %s", found, most);
        return this;
    }

    /** An integer within bounds. */
    public NodeCheck integer(String name, long least, long most) {
        Attribute found = found(name, Attribute.IntValue.class, "an integer");
        if (found instanceof Attribute.IntValue v) {
            requireWithin(name, v.value(), least, most);
        }
        return this;
    }

    /** An integer that stands for yes where it is not 0. */
    public NodeCheck flag(String name) {
        return integer(name, 0, 1);
    }

    /** The number of an element type, or 0 for the default. */
    public NodeCheck type(String name) {
        long id = integer(name, 0, MOST).call.attributes().integer(name, 0);
        require(
                id == 0 || DataType.ofId((int) id).isPresent(),
                "%s is %s, which is no element type",
                name,
                id);
        return this;
    }

    /** Integers within bounds, as many as there are. */
    public NodeCheck integers(String name, long least, long most) {
        Attribute found = found(name, Attribute.Ints.class, "a list of integers");
        if (found instanceof Attribute.Ints v) {
            v.values().forEach(value -> requireWithin(name, value, least, most));
        }
        return this;
    }

    /** {@link #integers(String, long, long)}, {@code count} of them. */
    public NodeCheck integers(String name, int count, long least, long most) {
        integers(name, least, most);
        long[] given = call.attributes().integers(name, new long[count]);
        require(given.length == count, "%s has %s numbers, expected %s", name, given.length, count);
        return this;
    }

    /** A real that is neither infinite nor NaN. */
    public NodeCheck real(String name) {
        Attribute found = found(name, Attribute.FloatValue.class, "a real");
        require(
                !(found instanceof Attribute.FloatValue v) || Float.isFinite(v.value()),
                "%s is not finite",
                name);
        return this;
    }

    /** A graph with so many inputs, and at least so many outputs. */
    public NodeCheck body(String name, int inputs, int leastOutputs) {
        Attribute found = found(name, Attribute.GraphValue.class, "a graph");
        require(found != null, "%s is missing", name);
        Graph body = ((Attribute.GraphValue) found).value();
        require(
                body.inputs().size() == inputs,
                "%s has %s inputs, expected %s",
                name,
                body.inputs().size(),
                inputs);
        require(
                body.outputs().size() >= leastOutputs,
                "%s has %s outputs, expected at least %s",
                name,
                body.outputs().size(),
                leastOutputs);
        return this;
    }

    /** One of some words. */
    public NodeCheck word(String name, String... allowed) {
        Attribute found = found(name, Attribute.StringValue.class, "a string");
        if (found instanceof Attribute.StringValue v) {
            require(
                    List.of(allowed).contains(v.value()),
                    "%s is '%s', expected one of %s",
                    name,
                    v.value(),
                    String.join(", ", allowed));
        }
        return this;
    }

    /** An axis of input {@code i}; negative ones count from the end. */
    public NodeCheck axis(String name, int i) {
        return axisWithin(name, axes(call.shape(i)));
    }

    /** An axis of a tensor of {@code rank} axes. */
    public NodeCheck axisWithin(String name, int rank) {
        return integer(name, -rank, rank - 1L);
    }

    /** Axes of input {@code i}; negative ones count from the end. */
    public NodeCheck axes(String name, int i) {
        int rank = axes(call.shape(i));
        return integers(name, -rank, rank - 1L);
    }

    private static int axes(Shape shape) {
        return shape.isRanked() ? shape.rank() : MOST_AXES;
    }

    /** Of these inputs the constant ones hold reals, all of one type. */
    public NodeCheck reals(int... inputs) {
        return constants(DataType::isFloating, "reals", inputs).sameType(inputs);
    }

    /** Of these inputs the constant ones hold integers. */
    public NodeCheck integers(int... inputs) {
        return constants(DataType::isInteger, "integers", inputs);
    }

    /** Of these inputs the constant ones are all of one type, of reals or integers. */
    public NodeCheck numbers(int... inputs) {
        return constants(type -> type.isFloating() || type.isInteger(), "numbers", inputs)
                .sameType(inputs);
    }

    /** Of these inputs the constant ones hold numbers, which may be floats of 8 bits or fewer. */
    public NodeCheck stored(int... inputs) {
        return constants(
                type ->
                        type.isFloating()
                                || type.isInteger()
                                || type.bits() > 0 && type.bits() <= Byte.SIZE,
                "numbers",
                inputs);
    }

    private NodeCheck constants(Predicate<DataType> allowed, String expected, int... inputs) {
        for (int i : inputs) {
            call.constant(i)
                    .ifPresent(
                            constant ->
                                    require(
                                            allowed.test(constant.dataType()),
                                            "input %s '%s' is %s, expected %s",
                                            i,
                                            call.node().input(i),
                                            constant.type(),
                                            expected));
        }
        return this;
    }

    private NodeCheck sameType(int... inputs) {
        List<TensorType> types =
                IntStream.of(inputs)
                        .mapToObj(call::constant)
                        .flatMap(Optional::stream)
                        .map(Tensor::type)
                        .toList();
        require(
                types.stream().map(TensorType::dataType).distinct().count() <= 1,
                "its constants are %s, expected one element type",
                types);
        return this;
    }

    /** Input {@code i}, where its shape is known, is one number. */
    public NodeCheck scalar(int i) {
        Shape shape = call.shape(i);
        require(
                !shape.isFixed() || shape.elementCount() == 1,
                "input %s '%s' has the shape %s, expected one number",
                i,
                call.node().input(i),
                shape);
        return this;
    }

    /** Input {@code i}, where its shape is known, is a vector of {@code length}. */
    public NodeCheck vector(int i, Dim length) {
        return shape(i, length);
    }

    /**
     * Input {@code i} has as many axes as {@code dims}, and their sizes as far as both are known.
     */
    public NodeCheck shape(int i, Dim... dims) {
        Shape shape = call.shape(i);
        boolean fits = !shape.isRanked() || shape.rank() == dims.length;
        for (int axis = 0; axis < dims.length && fits && shape.isRanked(); axis++) {
            fits =
                    !dims[axis].isFixed()
                            || !shape.dim(axis).isFixed()
                            || shape.dim(axis).equals(dims[axis]);
        }
        require(
                fits,
                "input %s '%s' has the shape %s, expected %s",
                i,
                call.node().input(i),
                shape,
                Shape.of(List.of(dims)));
        return this;
    }

    /** The attribute {@code name}; null where there is none. */
    private Attribute found(String name, Class<? extends Attribute> kind, String expected) {
        Attribute found = call.attributes().find(name).orElse(null);
        require(
                found == null || kind.isInstance(found),
                "attribute %s is of another kind, expected %s",
                name,
                expected);
        return found;
    }

    private static void requireWithin(String name, long value, long least, long most) {
        if (value < least || value > most) {
            String allowed =
                    most >= MOST
                            ? "at least " + least
                            : least == most ? Long.toString(least) : least + " to " + most;
            throw new IllegalArgumentException(
                    "%s is %s, expected %s".formatted(name, value, allowed));
        }
    }

    /** Refuses with a sentence unless {@code holds}. */
    public static void require(boolean holds, String message, Object... arguments) {
        if (!holds) {
            throw new IllegalArgumentException(String.format(Locale.ROOT, message, arguments));
        }
    }
}
