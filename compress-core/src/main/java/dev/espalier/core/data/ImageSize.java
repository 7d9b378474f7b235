package dev.espalier.core.data;

import dev.espalier.core.ir.Shape;

/** Sizes of an image whose pixels are bytes, all of one channel before those of the next. */
record ImageSize(int channels, int height, int width) {
    int bytes() {
        return Math.multiplyExact(Math.multiplyExact(channels, height), width);
    }

    Shape shape() {
        return Shape.of(channels, height, width);
    }

    @Override
    public String toString() {
        return shape().toString();
    }
}
