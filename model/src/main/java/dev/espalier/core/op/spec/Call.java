package dev.espalier.core.op.spec;

import dev.espalier.core.ir.Attributes;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.TensorType;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * One operator call as an {@link Operator} sees it: the node, the types and the known constants of
 * its inputs, and the version of the operator set that gives its attributes meaning.
 */
public final class Call {
    private final Node node;
    private final long opset;
    private final Function<String, Optional<TensorType>> types;
    private final Function<String, Optional<Tensor>> constants;
    private final OpenSizes open;
    private final boolean follows;
    private final Bodies bodies;

    /** Tells what the graphs inside a node make. */
    @FunctionalInterface
    public interface Bodies {
        /** Nothing is known of any. */
        Bodies UNKNOWN = (attribute, inputs) -> List.of();

        /**
         * The types of the outputs of the graph that {@code attribute} of the node holds, in its
         * order; none where nobody looked inside.
         *
         * @param inputs types of its inputs, as far as they are known
         */
        List<Optional<TensorType>> types(String attribute, List<Optional<TensorType>> inputs);
    }

    /**
     * @param types the type of a value by name, empty where nothing is known
     * @param constants the tensor of a constant value by name, empty where it is not constant
     */
    public Call(
            Node node,
            long opset,
            Function<String, Optional<TensorType>> types,
            Function<String, Optional<Tensor>> constants) {
        this(node, opset, types, constants, new OpenSizes(types), false, Bodies.UNKNOWN);
    }

    /**
     * @param open what is known of tensors that hold open sizes
     */
    public Call(
            Node node,
            long opset,
            Function<String, Optional<TensorType>> types,
            Function<String, Optional<Tensor>> constants,
            OpenSizes open) {
        this(node, opset, types, constants, open, false, Bodies.UNKNOWN);
    }

    private Call(
            Node node,
            long opset,
            Function<String, Optional<TensorType>> types,
            Function<String, Optional<Tensor>> constants,
            OpenSizes open,
            boolean follows,
            Bodies bodies) {
        this.node = node;
        this.opset = opset;
        this.types = types;
        this.constants = constants;
        this.open = open;
        this.follows = follows;
        this.bodies = bodies;
    }

    /** This call with somebody who looks into the graphs inside it. */
    public Call withBodies(Bodies changed) {
        return new Call(node, opset, types, constants, open, follows, changed);
    }

    /**
     * The types of the outputs of the graph that {@code attribute} holds; none where nobody looked
     * inside, or where there are fewer outputs than the node has.
     *
     * @param inputs types of its inputs, as far as they are known
     */
    public List<Optional<TensorType>> bodyTypes(
            String attribute, List<Optional<TensorType>> inputs) {
        return bodies.types(attribute, inputs);
    }

    /**
     * This call for {@link Operator#evaluate} with the {@code moved} inputs taken as constant even
     * where they hold open sizes; the result may hold some too.
     */
    public Call following(int[] moved) {
        Set<String> names = new HashSet<>();
        IntStream.of(moved).mapToObj(node::input).forEach(names::add);
        Function<String, Optional<Tensor>> followed =
                value ->
                        names.contains(value)
                                ? constants
                                        .apply(value)
                                        .filter(open::canFollow)
                                        .or(() -> open.find(value))
                                : constants.apply(value);
        return new Call(node, opset, types, followed, open, true, bodies);
    }

    /** The call of another node with values of the same graph, to ask for another's rule. */
    public Call as(Node other) {
        return new Call(other, opset, types, constants, open, follows, bodies);
    }

    /** Whether constants may hold open sizes. */
    public boolean follows() {
        return follows;
    }

    public OpenSizes open() {
        return open;
    }

    /** The integers of input {@code i}, of which some may be {@linkplain OpenSizes open}. */
    public Optional<long[]> sizes(int i) {
        return constantLongs(i).or(() -> open.find(node.input(i)).map(Tensor::toLongs));
    }

    public Node node() {
        return node;
    }

    public long opset() {
        return opset;
    }

    public Attributes attributes() {
        return node.attributes();
    }

    /** Whether input {@code i} is given. */
    public boolean has(int i) {
        return node.hasInput(i);
    }

    /** Shape of input {@code i}, {@link Shape#UNRANKED} where it is unknown or omitted. */
    public Shape shape(int i) {
        return type(i).map(TensorType::shape).orElse(Shape.UNRANKED);
    }

    /** Rank is known. */
    public boolean ranked(int i) {
        return shape(i).isRanked();
    }

    /** Element type of input {@code i}, FLOAT where it is unknown. */
    public DataType dataType(int i) {
        return type(i).map(TensorType::dataType).orElse(DataType.FLOAT);
    }

    public Optional<TensorType> type(int i) {
        return has(i) ? types.apply(node.input(i)) : Optional.empty();
    }

    /** Type of output {@code i} where it has been inferred already. */
    public Optional<TensorType> outputType(int i) {
        return node.output(i).isEmpty() ? Optional.empty() : types.apply(node.output(i));
    }

    /** The tensor that input {@code i} holds, where it is constant. */
    public Optional<Tensor> constant(int i) {
        return has(i) ? constants.apply(node.input(i)) : Optional.empty();
    }

    /** The integers that input {@code i} holds, where it is constant. */
    public Optional<long[]> constantLongs(int i) {
        return constant(i).map(Tensor::toLongs);
    }

    /**
     * The integers that older operator sets give as attribute {@code name} and newer ones as input
     * {@code i}; empty where neither is given or the input is not constant.
     */
    public Optional<long[]> longs(String name, int i) {
        if (has(i)) {
            return constantLongs(i);
        }
        return attributes().has(name) ? Optional.of(attributes().integers(name)) : Optional.empty();
    }

    /** Whether attribute {@code name} or input {@code i} is given, constant or not. */
    public boolean gives(String name, int i) {
        return has(i) || attributes().has(name);
    }

    /** The types of the one output of this call. */
    public List<TensorType> output(Shape shape) {
        return List.of(new TensorType(dataType(0), shape));
    }

    /** The fixed type of output {@code i}; for rules that are called with known shapes. */
    public Shape outputShape(int i) {
        return outputType(i)
                .orElseThrow(() -> new IllegalStateException("the output has no known shape"))
                .shape();
    }

    /** {@code axis}, counted from the start, of a tensor of {@code rank} axes. */
    public static int axis(long axis, int rank) {
        long counted = axis < 0 ? axis + rank : axis;
        if (counted < 0 || counted >= rank) {
            throw new IllegalArgumentException(
                    "axis " + axis + " does not exist in a tensor of rank " + rank);
        }
        return (int) counted;
    }
}
