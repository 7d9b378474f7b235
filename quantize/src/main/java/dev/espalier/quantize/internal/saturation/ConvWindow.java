package dev.espalier.quantize.internal.saturation;

import dev.espalier.core.ir.Attributes;
import dev.espalier.core.ir.Shape;
import java.util.Arrays;

/**
 * Where a convolution's filters lie on an input of bytes [N, C, H, W], padding included; one over
 * rows, [N, C, W], is taken for images of one row.
 */
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
     * @param cut of the convolution
     * @param input shape of what it reads
     */
    ConvWindow(CutSums cut, Shape input) {
        Attributes attributes = cut.weights().node().attributes();
        Shape weight = CutSums.image(cut.weights().weight().shape());
        Shape x = CutSums.image(input);
        this.groupChannels = Math.toIntExact(weight.size(1));
        this.kernelHeight = Math.toIntExact(weight.size(2));
        this.kernelWidth = Math.toIntExact(weight.size(3));
        this.channels = Math.toIntExact(x.size(1));
        this.height = Math.toIntExact(x.size(2));
        this.width = Math.toIntExact(x.size(3));
        this.strides = pair(attributes.integers("strides", 1, 1), 1);
        this.dilations = pair(attributes.integers("dilations", 1, 1), 1);
        this.pads = pads(attributes);
        this.groups = Math.toIntExact(attributes.integer("group", 1));
        this.paddedHeight = height + pads[0] + pads[2];
        this.paddedWidth = width + pads[1] + pads[3];
        this.zero = (byte) cut.zeroPoint();
    }

    private static int[] ints(long[] values) {
        return Arrays.stream(values).mapToInt(Math::toIntExact).toArray();
    }

    /** Two numbers, of which the first is {@code one} where only rows have any. */
    private static int[] pair(long[] values, int one) {
        int[] ints = ints(values);
        return ints.length == 1 ? new int[] {one, ints[0]} : ints;
    }

    private int[] pads(Attributes attributes) {
        String auto = attributes.string("auto_pad", "NOTSET");
        if (auto.startsWith("SAME")) {
            int[] rows = same(height, kernelHeight, 0, auto.endsWith("UPPER"));
            int[] columns = same(width, kernelWidth, 1, auto.endsWith("UPPER"));
            return new int[] {rows[0], columns[0], rows[1], columns[1]};
        }
        int[] given =
                auto.equals("VALID") ? new int[4] : ints(attributes.integers("pads", 0, 0, 0, 0));
        return given.length == 2 ? new int[] {0, given[0], 0, given[1]} : given;
    }

    /** Zeros before and after, so that there is an output for every stride of the input. */
    private int[] same(int size, int kernel, int axis, boolean moreAfter) {
        int stride = strides[axis];
        int outputs = (size + stride - 1) / stride;
        int all = Math.max(0, (outputs - 1) * stride + (kernel - 1) * dilations[axis] + 1 - size);
        int less = all / 2;
        return moreAfter ? new int[] {less, all - less} : new int[] {all - less, less};
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
