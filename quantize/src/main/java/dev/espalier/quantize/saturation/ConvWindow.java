package dev.espalier.quantize.saturation;

import dev.espalier.core.ir.Shape;
import java.util.Arrays;

/** Where a convolution's filters lie on an input of bytes [N, C, H, W], padding included. */
final class ConvWindow {
    private final int[] strides;
    private final int[] pads;
    private final int[] dilations;
    private final int groups;
    private final int groupChannels;
    private final int kernelHeight;
    private final int kernelWidth;
    private final int channels;
    private final int height;
    private final int width;
    private final int paddedHeight;
    private final int paddedWidth;
    private final byte zero;

    /**
     * @param x of the input
     */
    ConvWindow(ByteLayer layer, Shape x) {
        this.strides = ints(layer.attributes().integers("strides", 1, 1));
        this.pads = ints(layer.attributes().integers("pads", 0, 0, 0, 0));
        this.dilations = ints(layer.attributes().integers("dilations", 1, 1));
        this.groups = Math.toIntExact(layer.attributes().integer("group", 1));
        Shape weight = layer.weight().shape();
        this.groupChannels = Math.toIntExact(weight.size(1));
        this.kernelHeight = Math.toIntExact(weight.size(2));
        this.kernelWidth = Math.toIntExact(weight.size(3));
        this.channels = Math.toIntExact(x.size(1));
        this.height = Math.toIntExact(x.size(2));
        this.width = Math.toIntExact(x.size(3));
        this.paddedHeight = height + pads[0] + pads[2];
        this.paddedWidth = width + pads[1] + pads[3];
        this.zero = (byte) layer.grid().zeroPoint();
    }

    private static int[] ints(long[] values) {
        return Arrays.stream(values).mapToInt(Math::toIntExact).toArray();
    }

    /** One image with its padding, which is the byte that stands for zero. */
    byte[] padded(byte[] x, int image) {
        byte[] padded = new byte[channels * paddedHeight * paddedWidth];
        Arrays.fill(padded, zero);
        for (int c = 0; c < channels; c++) {
            for (int row = 0; row < height; row++) {
                System.arraycopy(
                        x,
                        ((image * channels + c) * height + row) * width,
                        padded,
                        (c * paddedHeight + row + pads[0]) * paddedWidth + pads[1],
                        width);
            }
        }
        return padded;
    }

    /**
     * Where in a padded image the channels begin that filter {@code m} of {@code filters} reads.
     */
    int group(int m, int filters) {
        return m / (filters / groups) * groupChannels * paddedHeight * paddedWidth;
    }

    /**
     * How far from its origin a filter's weight at position {@code weight} of [C, kH, kW] reads.
     */
    int offset(int weight) {
        int c = weight / (kernelHeight * kernelWidth);
        int row = weight / kernelWidth % kernelHeight * dilations[0];
        return (c * paddedHeight + row) * paddedWidth + weight % kernelWidth * dilations[1];
    }

    /** Where in a channel the filter begins that gives this pixel of the output. */
    int origin(int row, int column) {
        return row * strides[0] * paddedWidth + column * strides[1];
    }
}
