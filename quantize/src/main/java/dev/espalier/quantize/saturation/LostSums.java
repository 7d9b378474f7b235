package dev.espalier.quantize.saturation;

import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import java.nio.ByteBuffer;

/** What saturation takes from the sums of one {@link ByteLayer}. */
final class LostSums {
    private final ByteLayer layer;
    private final FilterPairs[] filters;
    private long saturated;
    private long sums;

    LostSums(ByteLayer layer) {
        this.layer = layer;
        this.filters = layer.pairs();
    }

    /** Whether any input could saturate. */
    boolean isPossible() {
        for (FilterPairs filter : filters) {
            if (filter.count() > 0) {
                return true;
            }
        }
        return false;
    }

    /** How many sums of all so far have lost something. */
    long saturated() {
        return saturated;
    }

    /** How many sums there were. */
    long sums() {
        return sums;
    }

    /**
     * Adds to exact sums what saturation changes.
     *
     * @param x bytes that the layer reads
     * @param exact 32-bit sums without the bias, in the layout of the output; changed
     * @param output shape of {@code exact}
     */
    void addTo(long[] exact, Tensor x, Shape output) {
        if (layer.isConv()) {
            convolution(exact, x, output);
        } else {
            product(exact, x, output);
        }
        sums += exact.length;
    }

    private void product(long[] exact, Tensor x, Shape output) {
        ByteBuffer bytes = x.bytes();
        int depth = Math.toIntExact(x.shape().size(-1));
        int columns = Math.toIntExact(output.size(-1));
        for (int i = 0; i < exact.length; i++) {
            FilterPairs filter = filters[i % columns];
            int row = i / columns * depth;
            int lost = 0;
            for (int p = 0; p < filter.count(); p++) {
                lost +=
                        PairSums.excess(
                                bytes.get(row + filter.first(p)) & 0xff,
                                filter.firstWeight(p),
                                bytes.get(row + filter.second(p)) & 0xff,
                                filter.secondWeight(p));
            }
            exact[i] += lost;
            saturated += lost == 0 ? 0 : 1;
        }
    }

    private void convolution(long[] exact, Tensor x, Shape output) {
        ConvWindow window = new ConvWindow(layer, x.shape());
        int pixels = Math.toIntExact(output.size(2) * output.size(3));
        int width = Math.toIntExact(output.size(3));
        byte[] bytes = new byte[Math.toIntExact(x.elementCount())];
        x.bytes().get(bytes);
        for (int n = 0; n < output.size(0); n++) {
            byte[] padded = window.padded(bytes, n);
            for (int m = 0; m < filters.length; m++) {
                int to = (n * filters.length + m) * pixels;
                if (filters[m].count() > 0) {
                    filter(exact, to, pixels, width, padded, window, m);
                }
            }
        }
    }

    private void filter(
            long[] exact, int to, int pixels, int width, byte[] padded, ConvWindow window, int m) {
        int[] lost = new int[pixels];
        int group = window.group(m, filters.length);
        FilterPairs filter = filters[m];
        for (int p = 0; p < filter.count(); p++) {
            int first = group + window.offset(filter.first(p));
            int second = group + window.offset(filter.second(p));
            int w0 = filter.firstWeight(p);
            int w1 = filter.secondWeight(p);
            for (int i = 0; i < pixels; i++) {
                int at = window.origin(i / width, i % width);
                lost[i] +=
                        PairSums.excess(
                                padded[first + at] & 0xff, w0, padded[second + at] & 0xff, w1);
            }
        }
        for (int i = 0; i < pixels; i++) {
            exact[to + i] += lost[i];
            saturated += lost[i] == 0 ? 0 : 1;
        }
    }
}
