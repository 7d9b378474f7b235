package dev.espalier.groupconv.internal.convert;

import dev.espalier.core.analysis.DiagonalBlocks;
import dev.espalier.core.analysis.TensorSlices;
import dev.espalier.core.ir.Tensor;
import dev.espalier.groupconv.structure.GroupStructure;

/** Cuts the weight [Co, Ci, k1..kn] of a dense convolution along a structure. */
final class BlockWeights {
    private BlockWeights() {}

    /** The weight [Co, Ci/G, k1..kn] of the group convolution, in the order of the structure. */
    static Tensor blocks(Tensor dense, GroupStructure structure) {
        Tensor rows = TensorSlices.keep(dense, 0, structure.outputs().toArray());
        Tensor sorted = TensorSlices.keep(rows, 1, structure.inputs().toArray());
        return DiagonalBlocks.of(sorted, structure.groups());
    }

    /** The weight with zeros outside of the blocks that {@code structure} keeps. */
    static Tensor masked(Tensor dense, GroupStructure structure) {
        Tensor kept = DiagonalBlocks.dense(blocks(dense, structure), structure.groups());
        Tensor rows = TensorSlices.keep(kept, 0, structure.outputs().inverse().toArray());
        return TensorSlices.keep(rows, 1, structure.inputs().inverse().toArray());
    }
}
