package dev.espalier.core.profile;

/** A kind of layer that runtimes have a kernel of its own for. */
public enum LayerKind {
    /** Convolution with a window of one pixel. */
    POINTWISE("1x1"),
    /** Convolution of one group with a window of 3 by 3 pixels, one pixel of padding around. */
    SPATIAL("3x3"),
    /** Convolution in which each channel is a group, with a window of 3 by 3 pixels. */
    DEPTHWISE("depthwise"),
    /** MatMul or Gemm with constant weights; pixels are the rows that it is computed for. */
    PRODUCT("product");

    private final String text;

    LayerKind(String text) {
        this.text = text;
    }

    /** Whether it has as many outputs as inputs, each computed from one of them. */
    public boolean isChannelwise() {
        return this == DEPTHWISE;
    }

    /** As people write it: {@code 1x1}, {@code 3x3}, {@code depthwise}, {@code product}. */
    @Override
    public String toString() {
        return text;
    }
}
