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
     * Says that this node does not mind what is cut along {@code axis} of {@code value} beyond the
     * ties it states: a Slice that drops some channels, a Pad that makes some.
     */
    void allow(String value, int axis);

    /** Freezes all of {@code axis} of {@code value}; {@code reason} goes into plan and report. */
    void freeze(String value, int axis, String reason);
}
