package dev.espalier.quantize.internal.saturation;

import dev.espalier.core.ir.Shape;

/**
 * The sums of one layer as values of their own.
 *
 * @param weights what the layer multiplies by
 * @param bytes name of what it reads, as unsigned bytes
 * @param zeroPoint the byte of {@code bytes} that stands for zero, which pads a convolution
 * @param exact name of the exact 32-bit sums
 * @param changed name under which the rest of the model reads sums
 */
record CutSums(
        MultipliedWeights weights, String bytes, int zeroPoint, String exact, String changed) {
    /** Of a convolution as one over images: a row of numbers is an image of one row. */
    static Shape image(Shape shape) {
        return shape.rank() == 3 ? Shape.of(shape.size(0), shape.size(1), 1, shape.size(2)) : shape;
    }
}
