package dev.espalier.quantize.internal.saturation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.ir.Attributes;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.quantize.internal.grid.WeightPairs;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LostSumsTest {
    /** Against the sums taken pair by pair, as the kernel takes them, for every output. */
    @ParameterizedTest
    @CsvSource({
        // channels, filters, groups, kernel, stride, pad, dilation
        "3, 4, 1, 3, 1, 1, 1",
        "4, 4, 1, 1, 1, 0, 1",
        "5, 2, 1, 3, 2, 1, 1",
        "6, 4, 2, 3, 1, 2, 2",
        "8, 8, 4, 2, 1, 0, 1",
        "4, 8, 4, 3, 1, 1, 1",
    })
    void convolutionsLoseWhatTheirPairsLose(
            int channels, int filters, int groups, int kernel, int stride, int pad, int dilation) {
        SplittableRandom random = new SplittableRandom(channels + filters);
        int size = 7;
        int each = channels / groups;
        int[] x = random.ints(2L * channels * size * size, 100, 256).toArray();
        int[] w = random.ints((long) filters * each * kernel * kernel, 40, 128).toArray();
        int zero = 120;
        Attributes attributes =
                Attributes.NONE
                        .with("group", groups)
                        .with("strides", new long[] {stride, stride})
                        .with("pads", new long[] {pad, pad, pad, pad})
                        .with("dilations", new long[] {dilation, dilation});
        Node node = Node.of("", "Conv", List.of("a", "b"), List.of("y"), attributes);
        Tensor weight = tensor(DataType.INT8, Shape.of(filters, each, kernel, kernel), w);
        WeightPairs pairs = WeightPairs.ofFilters(weight.shape(), groups);
        CutSums layer =
                new CutSums(new MultipliedWeights(node, weight, pairs), "x", zero, "s", "t");
        int out = (size + 2 * pad - dilation * (kernel - 1) - 1) / stride + 1;
        Shape output = Shape.of(2, filters, out, out);
        long[] lost = new long[Math.toIntExact(output.elementCount())];
        new LostSums(layer)
                .addTo(lost, tensor(DataType.UINT8, Shape.of(2, channels, size, size), x), output);

        int i = 0;
        for (int n = 0; n < 2; n++) {
            for (int m = 0; m < filters; m++) {
                for (int r = 0; r < out; r++) {
                    for (int c = 0; c < out; c++) {
                        int[] a = new int[each * kernel * kernel];
                        int[] b = new int[a.length];
                        int k = 0;
                        for (int ky = 0; ky < kernel; ky++) {
                            for (int kx = 0; kx < kernel; kx++) {
                                for (int ch = 0; ch < each; ch++) {
                                    int h = r * stride - pad + ky * dilation;
                                    int v = c * stride - pad + kx * dilation;
                                    int from = m / (filters / groups) * each + ch;
                                    boolean in = h >= 0 && h < size && v >= 0 && v < size;
                                    a[k] =
                                            in
                                                    ? x[
                                                            ((n * channels + from) * size + h)
                                                                            * size
                                                                    + v]
                                                    : zero;
                                    b[k++] = w[((m * each + ch) * kernel + ky) * kernel + kx];
                                }
                            }
                        }
                        assertThat(lost[i++]).isEqualTo(expected(a, b));
                    }
                }
            }
        }
        assertThat(Arrays.stream(lost).anyMatch(value -> value != 0)).isTrue();
    }

    private static long expected(int[] a, int[] w) {
        long lost = 0;
        for (int k = 0; k + 1 < a.length; k += 2) {
            int sum = a[k] * w[k] + a[k + 1] * w[k + 1];
            lost += (sum > 32767 ? 32767 : sum) - sum;
        }
        return lost;
    }

    private static Tensor tensor(DataType type, Shape shape, int[] values) {
        long[] longs = new long[values.length];
        for (int i = 0; i < longs.length; i++) {
            longs[i] = values[i];
        }
        return Tensor.ofIntegers(type, shape, longs);
    }
}
