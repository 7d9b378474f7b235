package dev.espalier.core.op.spec;

import java.util.function.IntUnaryOperator;

/**
 * Where an {@link Operator} states which positions of its tensors belong together. A position is
 * (value, axis, index); cutting a position cuts every position it is tied to, in every tensor of
 * the model. Values are given by name, as the node has them.
 */
public interface ChannelLinks {
    /** Ties two axes of equal size position by position. */
    void tie(String a, int axisA, String b, int axisB);

    /**
     * Ties position {@code indexA(i)} of one axis to {@code indexB(i)} of the other, for all i
     * below {@code count}. Sizes may be whatever a file claims, so that no list of the positions is
     * made.
     */
    void tie(
            String a,
            int axisA,
            IntUnaryOperator indexA,
            String b,
            int axisB,
            IntUnaryOperator indexB,
            int count);

    /**
     * Ties an axis of {@code whole} to one of several axes of {@code parts} that hold the same
     * positions in the same order: heads and the width inside of them to the width of all. Index i
     * of the one that is taken stands for all positions with that index; the others stay whole.
     * Which one is taken is settled between all nodes that regroup the same channels.
     *
     * @param from the first of the axes
     * @param sizes of the axes
     * @param preferred the axis that is taken where nothing speaks for another
     */
    default void regroup(
            String whole, int wholeAxis, String parts, int from, int[] sizes, int preferred) {
        int inner = 1;
        int count = 1;
        for (int i = 0; i < sizes.length; i++) {
            inner *= from + i > preferred ? sizes[i] : 1;
            count *= sizes[i];
        }
        int step = inner;
        int size = sizes[preferred - from];
        tie(parts, preferred, p -> p / step % size, whole, wholeAxis, p -> p, count);
    }

    /**
     * Says that this node does not mind what is cut along {@code axis} of {@code value} beyond the
     * ties it states: a Slice that drops some channels, a Pad that makes some.
     */
    void allow(String value, int axis);

    /** Freezes all of {@code axis} of {@code value}; {@code reason} goes into plan and report. */
    void freeze(String value, int axis, String reason);
}
