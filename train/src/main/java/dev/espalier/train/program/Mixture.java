package dev.espalier.train.program;

import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;

/**
 * How the examples of one step are mixed with their partners: the argument {@code mix} of a program
 * whose regime mixes. See {@link dev.espalier.train.regime.MixingSettings}.
 *
 * @param blend share of the example itself in each of its numbers, 1 where examples are not blended
 * @param share of the example's own label in the loss, 0 to 1
 * @param box of the images that is the partner's
 */
public record Mixture(double blend, double share, Box box) {
    /** Rows from top up to bottom and columns from left up to right, the ends left out. */
    public record Box(int top, int bottom, int left, int right) {
        static final Box NONE = new Box(0, 0, 0, 0);

        long area() {
            return (long) (bottom - top) * (right - left);
        }
    }

    /** Mixup. */
    public static Mixture blending(double share) {
        return new Mixture(share, share, Box.NONE);
    }

    /** Cutmix of images of so many pixels. */
    public static Mixture pasting(Box box, int height, int width) {
        return new Mixture(1, 1 - (double) box.area() / ((long) height * width), box);
    }

    /** As the program reads it, float32 [6]. */
    public Tensor toTensor() {
        return Tensor.ofFloats(
                Shape.of(6),
                (float) blend,
                (float) share,
                box.top(),
                box.bottom(),
                box.left(),
                box.right());
    }
}
