package dev.espalier.core.op.spec;

import dev.espalier.core.ir.Tensor;

/** What a cut leaves of the tensors around one node; see {@link Operator#cut}. */
public interface ChannelCut {
    /** The old indices that stay along {@code axis} of {@code value}, ascending, as a new array. */
    int[] kept(String value, int axis);

    /**
     * Adds a constant that replaces an input of the node being cut, such as the target shape of a
     * Reshape, and returns its name; the constant it replaces may have other users.
     */
    String constant(String hint, Tensor tensor);
}
