package dev.espalier.quantize.internal.kernel;

import dev.espalier.core.ir.Attributes;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.quantize.internal.grid.WeightPairs;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Lets a convolution of few channels take neighbouring pixels of a row for channels of one, with
 * the weights spread over them and zeros between:
 *
 * <pre>
 *   Conv(x [N, C, H, W], w [M, C, kH, kW]), stride s along rows -> y [N, M, H', W']
 *   x' = x as [N, H, W / f, f C], which lie in memory as [N, H, W, C] does, channels first again
 *   Conv(x' [N, f C, H, W / f], w' [g M, f C, kH, k']), stride s g / f -> y' [N, g M, H', W' / g]
 *   y = y' as [N, H', W', M], channels first again
 * </pre>
 *
 * <p>ONNX Runtime keeps bytes with channels last and drops the transposes, so that the folding
 * costs two Reshapes that move nothing. It pays where the runtime is bound by the work for each
 * pixel and not by multiplications, of which there are up to three times as many: in a network's
 * first layer, which so needs no {@link ChannelPadding}, in layers of fewer than 16 outputs, which
 * so get to the {@link FastKernel}, and two pixels in one in layers of 16 outputs, which fill but a
 * half of what that kernel computes at once. Measured with ONNX Runtime 1.29 on an Intel Xeon
 * (AVX-512 VNNI), one thread, one layer: 7x7 from 3 to 64 channels at 224x224 takes 0.52, 3x3 from
 * 3 to 16 at 112x112 0.51, and 3x3 from 16 to 8 at 32x32 0.39 of the time; on an AMD EPYC with
 * VNNI, pairs in the layers from 16 to 16 at 32x32 let all of ResNet-56 for CIFAR-10 take 0.94 of
 * the time, and four pixels in one 1.00; with AVX2 alone, pairs take 1.06. So the machine's profile
 * is asked for {@link Foldings}, and whether pairs pay is measured on the whole network. Results
 * are the same to the last bit, as far as no sum saturates.
 *
 * <p>See Ying et al., Image Classification at Supercomputer Scale, 2018, section 3.3, for the first
 * layer of ResNet-50 on other hardware.
 *
 * @param layer the convolution of folded pixels; its node still names the unfolded input
 * @param unfolded the weight as it was, which the file keeps; see {@code SpreadWeight}
 * @param leads how many zeros stand before the weights of each pixel of the output
 * @param inputs how many pixels of the input are one, f
 * @param outputs how many pixels of the output are one, g
 */
public record PixelFolding(
        WeightedLayer layer, Tensor unfolded, List<Long> leads, int inputs, int outputs) {
    private static final int RANK = 4;

    /** Three and fewer: what the fast kernel does not take, and images have. */
    private static final int FEW_INPUTS = 3;

    private static final int PIXELS = 4;

    /** What fills half of the fast kernel; two pixels fill all of it. */
    private static final int HALF_OUTPUTS = 16;

    private static final int PAIR = 2;

    /** In narrower windows, most weights of the folded layer would be zeros. */
    private static final int LEAST_WINDOW = 3;

    /** With more, a layer is bound by multiplications, of which a pair takes a third more. */
    private static final int MOST_PAIRED_INPUTS = 16;

    /** From 256 on, the multiplications by zero cost more than is saved. */
    private static final long MOST_OUTPUTS = 192;

    /** {@link #of(WeightedLayer, Shape, Foldings)} of what is usual, with pairs or without. */
    public static Optional<PixelFolding> of(WeightedLayer layer, Shape x, boolean pairs) {
        return of(layer, x, Foldings.USUAL.withPairs(pairs));
    }

    /** Whether a layer of this weight reads as few channels as images have. */
    public static boolean isOfImage(Shape weight) {
        return weight.rank() == RANK && weight.size(1) <= FEW_INPUTS;
    }

    /**
     * @param x of the layer's input
     * @param foldings what pays on the machine at hand
     * @return empty where folding is not possible, or not faster
     */
    public static Optional<PixelFolding> of(WeightedLayer layer, Shape x, Foldings foldings) {
        Shape weight = layer.weight().shape();
        Attributes attributes = layer.node().attributes();
        if (!layer.isConvolution()
                || weight.rank() != RANK
                || !x.isRanked()
                || x.rank() != RANK
                || !x.dim(3).isFixed()
                || layer.layer().groups() != 1
                || strides(layer).length != 2
                || pads(layer).length != 4
                || !Arrays.equals(attributes.integers("dilations", 1, 1), new long[] {1, 1})
                || !attributes.string("auto_pad", "NOTSET").equals("NOTSET")) {
            return Optional.empty();
        }
        long stride = strides(layer)[1];
        if (isOfImage(weight) && stride > 0 && PIXELS % stride == 0 && foldings.images()) {
            return Row.of(layer, x.size(3), PIXELS, PIXELS / (int) stride).map(Row::folding);
        }
        if (stride != 1 || weight.size(3) < LEAST_WINDOW) {
            return Optional.empty();
        }
        if (FastKernel.isNarrow(weight.size(0))) {
            return Row.of(layer, x.size(3), 1, PIXELS).map(Row::folding);
        }
        return foldings.pairs()
                        && weight.size(0) == HALF_OUTPUTS
                        && weight.size(1) <= MOST_PAIRED_INPUTS
                ? Row.of(layer, x.size(3), 1, PAIR).map(Row::folding)
                : Optional.empty();
    }

    private static long[] strides(WeightedLayer layer) {
        return layer.node().attributes().integers("strides", 1, 1).clone();
    }

    private static long[] pads(WeightedLayer layer) {
        return layer.node().attributes().integers("pads", 0, 0, 0, 0).clone();
    }

    /** Sizes along the rows. */
    private record Row(
            WeightedLayer layer,
            int inputs,
            int outputs,
            int stride,
            int left,
            int right,
            int taps) {
        public static Optional<Row> of(WeightedLayer layer, long width, int inputs, int outputs) {
            Shape weight = layer.weight().shape();
            int kernel = Math.toIntExact(weight.size(3));
            int stride = (int) strides(layer)[1];
            long before = pads(layer)[1];
            long written = Math.floorDiv(width + before + pads(layer)[3] - kernel, stride) + 1;
            if (width % inputs != 0
                    || written < 1
                    || written % outputs != 0
                    || before < 0
                    || before >= kernel) {
                return Optional.empty();
            }
            // Folded pixels that the first folded output reads, counted from the input's first.
            int first = Math.floorDiv((int) -before, inputs);
            int last = Math.floorDiv(stride * (outputs - 1) - (int) before + kernel - 1, inputs);
            int taps = last - first + 1;
            int step = stride * outputs / inputs;
            long right = step * (written / outputs - 1) + first + taps - width / inputs;
            boolean fits =
                    right >= 0
                            && right < taps
                            && weight.size(0) * outputs <= MOST_OUTPUTS
                            && FastKernel.takes(weight.size(1) * inputs, weight.size(0) * outputs);
            return fits
                    ? Optional.of(new Row(layer, inputs, outputs, step, -first, (int) right, taps))
                    : Optional.empty();
        }

        PixelFolding folding() {
            Node node = layer.node();
            long[] strides = strides(layer);
            long[] pads = pads(layer);
            strides[1] = stride;
            pads[1] = left;
            pads[3] = right;
            Attributes attributes =
                    node.attributes()
                            .with("kernel_shape", new long[] {layer.weight().shape().size(2), taps})
                            .with("strides", strides)
                            .with("pads", pads);
            List<Long> leads = IntStream.range(0, outputs).mapToObj(this::lead).toList();
            return new PixelFolding(
                    layer.with(node.withAttributes(attributes), weight(leads), bias()),
                    layer.weight(),
                    leads,
                    inputs,
                    outputs);
        }

        /**
         * The unfolded column, counted from the first that any pixel reads, where pixel p begins.
         */
        private long lead(int pixel) {
            return (long) stride * inputs / outputs * pixel - pads(layer)[1] + (long) left * inputs;
        }

        /** {@code w'[p M + m, r C + c, y, u] = w[m, c, y, x]} where pixel p reads pixel r of u. */
        private Tensor weight(List<Long> leads) {
            Shape old = layer.weight().shape();
            Shape shape = Shape.of(old.size(0) * outputs, old.size(1) * inputs, old.size(2), taps);
            float[] from = layer.weight().toFloats();
            int[] origins = origins(old, shape, leads, inputs);
            float[] to = new float[origins.length];
            for (int i = 0; i < to.length; i++) {
                to[i] = origins[i] < 0 ? 0 : from[origins[i]];
            }
            return Tensor.ofFloats(shape, to);
        }

        private Optional<Tensor> bias() {
            return layer.layer().bias().map(this::repeated);
        }

        private Tensor repeated(Tensor bias) {
            float[] one = bias.toFloats();
            float[] all = new float[one.length * outputs];
            for (int p = 0; p < outputs; p++) {
                System.arraycopy(one, 0, all, p * one.length, one.length);
            }
            return Tensor.ofFloats(Shape.of(all.length), all);
        }
    }

    /**
     * Which element of a weight each element of the folded one is, or -1 where it is a zero.
     *
     * @param old [M, C, kH, kW]
     * @param folded [g M, f C, kH, k']
     */
    private static int[] origins(Shape old, Shape folded, List<Long> leads, int inputs) {
        int filters = (int) old.size(0);
        int channels = (int) old.size(1);
        int rows = (int) old.size(2);
        int columns = (int) old.size(3);
        int taps = (int) folded.size(3);
        int[] origins = new int[Math.toIntExact(folded.elementCount())];
        Arrays.fill(origins, -1);
        for (int i = 0; i < old.elementCount(); i++) {
            int x = i % columns;
            int y = i / columns % rows;
            int c = i / columns / rows % channels;
            int m = i / columns / rows / channels;
            for (int p = 0; p < leads.size(); p++) {
                int read = leads.get(p).intValue() + x;
                int filter = p * filters + m;
                int channel = read % inputs * channels + c;
                int row = (filter * channels * inputs + channel) * rows + y;
                origins[row * taps + read / inputs] = i;
            }
        }
        return origins;
    }

    /**
     * Which weights of the unfolded layer are multiplied side by side by any of the pixels that it
     * is computed for: each has a place of its own among the zeros.
     */
    public WeightPairs pairs() {
        Shape folded = layer.weight().shape();
        return WeightPairs.ofFilters(folded, 1)
                .through(origins(unfolded.shape(), folded, leads, inputs));
    }

    /** The folded layer with weight and bias as they were. */
    public WeightedLayer unfoldedLayer() {
        return layer.with(layer.node(), unfolded, layer.layer().bias().map(this::ofOnePixel));
    }

    private Tensor ofOnePixel(Tensor bias) {
        float[] one = Arrays.copyOf(bias.toFloats(), (int) bias.elementCount() / outputs);
        return Tensor.ofFloats(Shape.of(one.length), one);
    }

    /** What [N, H, W, C] of the input becomes, as a target for Reshape. */
    public Tensor foldedInput() {
        return Tensor.ofLongs(Shape.of(RANK), 0, 0, -1, layer.weight().shape().size(1));
    }

    /** What the channels-last output becomes, as a target for Reshape. */
    public Tensor unfoldedOutput() {
        return Tensor.ofLongs(Shape.of(RANK), 0, 0, -1, layer.weight().shape().size(0) / outputs);
    }
}
