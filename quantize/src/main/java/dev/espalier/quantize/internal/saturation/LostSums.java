package dev.espalier.quantize.internal.saturation;

import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.quantize.internal.grid.PairSums;
import dev.espalier.quantize.internal.grid.WeightPairs;
import java.nio.ByteBuffer;

/** What saturation takes from the sums of one layer. */
final class LostSums {
    private final CutSums cut;
    private final WeightPairs pairs;
    private final long[] weights;
    private long saturated;
    private long sums;

    LostSums(CutSums cut) {
        this.cut = cut;
        this.pairs = cut.weights().saturating();
        this.weights = cut.weights().weight().toLongs();
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
        sums += exact.length;
        if (pairs.size() == 0) {
            return;
        }
        int[] lost = new int[exact.length];
        if (cut.weights().isConv()) {
            convolution(lost, x, CutSums.image(output));
        } else {
            product(lost, x);
        }
        for (int i = 0; i < lost.length; i++) {
            exact[i] += lost[i];
            saturated += lost[i] == 0 ? 0 : 1;
        }
    }

    private void product(int[] lost, Tensor x) {
        ByteBuffer bytes = x.bytes();
        int depth = Math.toIntExact(x.shape().size(-1));
        int columns = cut.weights().channels();
        int rows = lost.length / columns;
        for (int p = 0; p < pairs.size(); p++) {
            int first = pairs.first(p) / columns;
            int second = pairs.second(p) / columns;
            int column = pairs.first(p) % columns;
            for (int row = 0; row < rows; row++) {
                lost[row * columns + column] +=
                        excess(bytes.get(row * depth + first), bytes.get(row * depth + second), p);
            }
        }
    }

    private int excess(byte first, byte second, int pair) {
        return PairSums.excess(
                first & 0xff,
                (int) weights[pairs.first(pair)],
                second & 0xff,
                (int) weights[pairs.second(pair)]);
    }

    private void convolution(int[] lost, Tensor x, Shape output) {
        ConvWindow window = new ConvWindow(cut, x.shape());
        int filters = cut.weights().channels();
        int depth = weights.length / filters;
        int pixels = Math.toIntExact(output.size(2) * output.size(3));
        int width = Math.toIntExact(output.size(3));
        byte[] bytes = new byte[Math.toIntExact(x.elementCount())];
        x.bytes().get(bytes);
        for (int n = 0; n < output.size(0); n++) {
            byte[] padded = window.padded(bytes, n);
            for (int p = 0; p < pairs.size(); p++) {
                int m = pairs.first(p) / depth;
                int group = window.group(m, filters);
                int first = group + window.offset(pairs.first(p) % depth);
                int second = group + window.offset(pairs.second(p) % depth);
                int to = (n * filters + m) * pixels;
                for (int i = 0; i < pixels; i++) {
                    int at = window.origin(i / width, i % width);
                    lost[to + i] += excess(padded[first + at], padded[second + at], p);
                }
            }
        }
    }
}
