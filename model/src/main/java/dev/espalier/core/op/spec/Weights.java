package dev.espalier.core.op.spec;

import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Shape;
import java.util.Set;

/**
 * How a node is a layer with weights, {@code Y = alpha W X + beta B}: where its operator wants the
 * weights, and along which of their axes what lies. Groups lie one after the other along axis 0,
 * whichever that is, and read channels of their own.
 *
 * <pre>
 *   Conv            [M, C/group, k..]      outputs along 0, inputs along 1
 *   ConvTranspose   [C, M/group, k..]      outputs along 1, inputs along 0
 *   Gemm, MatMul    [.., K, N]             outputs along the last axis, inputs along the one before
 *   Gemm, transB    [N, K]                 the other way round
 * </pre>
 *
 * @param input of the node that holds W
 * @param bias input of the node that holds B, or -1 where the operator has none
 * @param outputAxis of W, counted from the end where it is negative
 * @param inputAxis of W, counted likewise
 * @param groups at least 1 in a valid node
 * @param alpha factor of the product
 * @param beta factor of B
 * @param transposesInput whether X has its channels along the first of two axes
 * @param channelAxis of Y, and of X unless that is transposed, counted likewise
 */
public record Weights(
        int input,
        int bias,
        int outputAxis,
        int inputAxis,
        long groups,
        float alpha,
        float beta,
        boolean transposesInput,
        int channelAxis) {
    private static final int WEIGHT = 1;
    private static final int BIAS = 2;
    private static final int CHANNEL = 1;

    public static Weights ofWindow(int outputAxis, long groups) {
        return new Weights(WEIGHT, BIAS, outputAxis, 1 - outputAxis, groups, 1, 1, false, CHANNEL);
    }

    public static Weights ofMatrix(
            int bias, boolean isTransposed, float alpha, float beta, boolean tx) {
        return new Weights(
                WEIGHT,
                bias,
                isTransposed ? -2 : -1,
                isTransposed ? -1 : -2,
                1,
                alpha,
                beta,
                tx,
                -1);
    }

    /** Whether W slides over positions, of which X and Y have axes behind their channels. */
    public boolean isConvolution() {
        return channelAxis == CHANNEL;
    }

    /** Whether the operator has a place for B. */
    public boolean takesBias() {
        return bias >= 0;
    }

    /**
     * The value that {@code node}, which is of this form, reads as B; empty where it reads none.
     */
    public String biasOf(Node node) {
        return takesBias() ? node.input(bias) : "";
    }

    /** The axis of a weight of this shape along which outputs lie, counted from the start. */
    public int outputAxis(Shape weight) {
        return Math.floorMod(outputAxis, weight.rank());
    }

    /** The axis of a weight of this shape along which inputs lie, counted from the start. */
    public int inputAxis(Shape weight) {
        return Math.floorMod(inputAxis, weight.rank());
    }

    /**
     * Whether a weight of this shape, the window's axes aside, makes a layer. One without elements
     * does not: it bounds no number of groups.
     */
    public boolean fits(Shape weight) {
        return weight.rank() >= 2
                && weight.elementCount() > 0
                && groups >= 1
                && weight.size(0) % groups == 0;
    }

    /**
     * Number of output channels of all groups.
     *
     * @param weight that {@linkplain #fits fits}
     */
    public int outputs(Shape weight) {
        int axis = outputAxis(weight);
        return Math.toIntExact(
                axis == 0 ? weight.size(0) : Math.multiplyExact(weight.size(axis), groups));
    }

    /** How many elements each output channel has to itself, in a weight of this shape. */
    public long depth(Shape weight) {
        return weight.elementCount() / Math.max(1, outputs(weight));
    }

    /**
     * Of a product with a bias as input 2: one factor is scaled, and the bias where there is one.
     */
    public static boolean isLinear(Call call, Set<Integer> scaled) {
        return call.has(2)
                ? scaled.equals(Set.of(0, 2)) || scaled.equals(Set.of(1, 2))
                : scaled.equals(Set.of(0)) || scaled.equals(Set.of(1));
    }
}
