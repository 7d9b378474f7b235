package dev.espalier.quantize.internal.qdq;

import dev.espalier.core.ir.Attributes;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.quantize.internal.kernel.PixelFolding;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes the weight of a {@link PixelFolding} as what it is made of, so that a file does not grow
 * by copies and zeros:
 *
 * <pre>
 *   q int8 [M, C, kH, kW]
 *   p_i = Pad(q, columns) -> [M, C, kH, k' f]                   one for each pixel of the output
 *   Concat(p_0 .. p_g-1) -> [g M, C, kH, k' f]
 *   Reshape, Transpose, Reshape -> [g M, f C, kH, k']           only where pixels are folded, f > 1
 * </pre>
 *
 * <p>All of it depends on constants alone: a runtime computes it once, when it loads the model.
 */
public final class SpreadWeight {
    private static final int COLUMNS = 3;

    private final PixelFolding folding;
    private final AddedValues added;
    private final Shape shape;

    SpreadWeight(PixelFolding folding, AddedValues added) {
        this.folding = folding;
        this.added = added;
        this.shape = folding.layer().weight().shape();
    }

    /**
     * Adds the nodes.
     *
     * @param bytes name of the unfolded weight
     * @return name of the folded one
     */
    String write(String bytes) {
        long columns = shape.size(COLUMNS) * folding.inputs();
        long taken = folding.unfolded().shape().size(COLUMNS);
        List<String> pixels = new ArrayList<>();
        for (long lead : folding.leads()) {
            Tensor pads =
                    Tensor.ofLongs(Shape.of(8), 0, 0, 0, lead, 0, 0, 0, columns - taken - lead);
            pixels.add(added.node("Pad", Attributes.NONE, bytes, added.constant("pads", pads)));
        }
        String all =
                pixels.size() == 1
                        ? pixels.get(0)
                        : added.node(
                                "Concat",
                                Attributes.NONE.with("axis", 0),
                                pixels.toArray(String[]::new));
        if (folding.inputs() == 1) {
            return all;
        }
        long filters = shape.size(0);
        long channels = shape.size(1) / folding.inputs();
        Tensor apart =
                Tensor.ofLongs(
                        Shape.of(5),
                        filters,
                        channels,
                        shape.size(2),
                        shape.size(COLUMNS),
                        folding.inputs());
        String split = added.node("Reshape", Attributes.NONE, all, added.constant("shape", apart));
        String moved =
                added.node(
                        "Transpose",
                        Attributes.NONE.with("perm", new long[] {0, 4, 1, 2, 3}),
                        split);
        Tensor together = Tensor.ofLongs(Shape.of(4), shape.sizes());
        return added.node("Reshape", Attributes.NONE, moved, added.constant("shape", together));
    }
}
