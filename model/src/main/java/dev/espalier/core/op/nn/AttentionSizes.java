package dev.espalier.core.op.nn;

import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.op.spec.Call;
import java.util.List;

/**
 * The sizes of {@code softmax(Q K^T) V} with Q [batch, heads, queries, headSize], K [batch,
 * keyHeads, keys, headSize] and V [batch, keyHeads, keys, valueSize]; a head of K and V may serve
 * several of Q.
 */
record AttentionSizes(
        Dim batch, Dim heads, Dim keyHeads, Dim queries, Dim keys, Dim headSize, Dim valueSize) {
    /** Said where channels of an attention may not go one by one. */
    static final String WHOLE_HEADS = "an attention takes its heads as a whole";

    /** Q K^T, then its product with V. */
    long macs() {
        long products =
                Math.multiplyExact(
                        Math.multiplyExact(batch.size(), heads.size()),
                        Math.multiplyExact(queries.size(), keys.size()));
        return Math.multiplyExact(products, Math.addExact(headSize.size(), valueSize.size()));
    }

    /** What is kept of K for later calls. */
    Shape presentKeys() {
        return Shape.of(List.of(batch, keyHeads, keys, headSize));
    }

    /** What is kept of V for later calls. */
    Shape presentValues() {
        return Shape.of(List.of(batch, keyHeads, keys, valueSize));
    }

    /** Q K^T. */
    Shape products() {
        return Shape.of(List.of(batch, heads, queries, keys));
    }

    /** Axis {@code axis} of input {@code i}; unknown where its rank is. */
    static Dim dim(Call call, int i, int axis) {
        return call.ranked(i) ? call.shape(i).dim(axis) : Dim.UNKNOWN;
    }

    /** {@code a + b}, as far as both are known. */
    static Dim sum(Dim a, Dim b) {
        return a.isFixed() && b.isFixed()
                ? Dim.of(Math.addExact(a.size(), b.size()))
                : a.equals(Dim.of(0)) ? b : Dim.UNKNOWN;
    }

    /** {@code whole / parts}, as far as it is known. */
    static Dim part(Dim whole, long parts) {
        return whole.isFixed() ? Dim.of(whole.size() / parts) : Dim.UNKNOWN;
    }

    /** Whether {@code whole} may fall into this many equal parts. */
    static boolean divides(long parts, Dim whole) {
        return !whole.isFixed() || whole.size() % parts == 0;
    }
}
