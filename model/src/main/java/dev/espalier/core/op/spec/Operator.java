package dev.espalier.core.op.spec;

import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.TensorType;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Everything Espalier knows about one ONNX operator. Analyses and passes ask the operator; they do
 * not switch on its name. A rule that an operator does not override says "not known": its outputs
 * have no known type, its channels are frozen, it costs no multiplications, it is not evaluated, it
 * does not train. An operator that has no file at all is treated in the same way.
 */
public interface Operator {
    /** The operator's name in ONNX, such as {@code Conv}. */
    String type();

    /** The domain that defines it: empty is the ONNX standard. */
    default String domain() {
        return "";
    }

    /** The most outputs that a node may have. */
    default int outputs() {
        return 1;
    }

    /** Whether a node may leave out its first output where it has another. */
    default boolean mayOmitFirstOutput() {
        return false;
    }

    /** What holds of every call, as its class is annotated. */
    default Set<Trait> traits() {
        Traits traits = getClass().getAnnotation(Traits.class);
        return traits == null ? Set.of() : Set.of(traits.value());
    }

    /**
     * Refuses a call that no runtime could run whatever its inputs hold. Every analysis asks this
     * before any other rule, so that those may rely on it.
     *
     * @throws IllegalArgumentException naming the attribute or input, what was found and what is
     *     allowed; the caller adds the node
     */
    default void check(NodeCheck node) {}

    /**
     * The types of all outputs, for every operator-set version from 9 on. Dimensions that cannot be
     * told are {@link dev.espalier.core.ir.Dim#UNKNOWN}; an empty list says that nothing is known.
     *
     * @throws IllegalArgumentException where the inputs do not fit the operator; the message has
     *     the shapes, the caller adds the node
     */
    default List<TensorType> outputTypes(Call call) {
        return List.of();
    }

    /**
     * The types of the outputs as far as each is known: those of {@link #outputTypes}, but for
     * operators whose outputs come out of graphs inside.
     *
     * @throws IllegalArgumentException as {@link #outputTypes} does
     */
    default List<Optional<TensorType>> types(Call call) {
        return outputTypes(call).stream().map(Optional::of).toList();
    }

    /**
     * How often one call runs the graph that {@code attribute} holds, at most; empty where that is
     * known at run time only.
     */
    default OptionalLong runs(Call call, String attribute) {
        return OptionalLong.of(1);
    }

    /** Whether one call runs no more than one of the graphs that its attributes hold. */
    default boolean runsOneBody() {
        return false;
    }

    /**
     * States which positions along which axes belong together: cut one, cut the other. An axis of
     * an input or output that this rule does not mention is frozen by this node. Called with fixed
     * shapes, but for the batch axis.
     */
    default void channels(Call call, ChannelLinks links) {}

    /**
     * The node after some positions along its axes were cut, for attributes and shape constants
     * that hold channel counts or indices: Pad amounts, Slice bounds, Split sizes, groups. Tensors
     * that {@link #channels} linked are already cut.
     */
    default Node cut(Call call, ChannelCut cut) {
        return call.node();
    }

    /**
     * Multiply-accumulate operations of one call at fixed shapes: convolutions, matrix products,
     * and the operators that are made of such, recurrent layers and attention, have any.
     */
    default long macs(Call call) {
        return 0;
    }

    /**
     * The inputs that hold learned numbers where they are constant; they count as the model's
     * parameters. Running statistics, shapes, bounds and scales of a quantization do not.
     */
    default int[] parameters(Call call) {
        return new int[0];
    }

    /**
     * How many learned numbers the constant behind parameter {@code input} holds; more than it has
     * elements where several are packed into one.
     */
    default long parameterCount(Call call, int input, Tensor stored) {
        return stored.elementCount();
    }

    /**
     * How {@code node} is a layer with weights; empty where its operator is none. Says nothing of
     * whether the weights are constant.
     */
    default Optional<Weights> weights(Node node) {
        return Optional.empty();
    }

    /**
     * Whether multiplying the inputs {@code scaled} by positive factors, one for each channel in
     * the sense of {@link #channels}, the other inputs staying as they are, multiplies the outputs
     * by the same factors: {@code f(s x) = s f(x)}. True for max(0, x), a maximum or a mean; not
     * for a sum of which only one term is scaled, nor where a bound stays behind.
     */
    default boolean isHomogeneous(Call call, Set<Integer> scaled) {
        return false;
    }

    /** Whether the first output of this call is its first input as it is. */
    default boolean changesNothing(Call call) {
        return false;
    }

    /** The outputs where every needed input is constant and the result is cheap to compute here. */
    default Optional<List<Tensor>> evaluate(Call call) {
        return Optional.empty();
    }

    /**
     * The inputs whose elements {@link #evaluate} only moves about, adds, multiplies or compares.
     * Sizes that a model leaves open are followed through them; see {@link OpenSizes}.
     */
    default int[] movedInputs(Call call) {
        return new int[0];
    }

    /** Whether {@link #torch} can write this call. */
    default boolean trains(Call call) {
        return false;
    }

    /**
     * Whether what {@link #torch} writes makes a tensor with memory of its own that its gradient
     * does not read again, so that an only reader may overwrite it.
     */
    default boolean leavesResultToReader() {
        return false;
    }

    /**
     * Writes this call as TorchScript statements.
     *
     * @throws UnsupportedOperationException where {@link #trains} is false
     */
    default void torch(Call call, TorchWriter torch) {
        throw new UnsupportedOperationException(type() + " has no TorchScript form");
    }
}
