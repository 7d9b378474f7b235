package dev.espalier.quantize.internal.kernel;

import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;

/**
 * Gives convolutions of three (or one, or five) input channels zero channels up to a multiple of
 * four: ONNX Runtime's {@linkplain FastKernel fast kernel} wants that, and its slow one, which a
 * network's first layer would get, costs more than the copy. Measured with ONNX Runtime 1.29 on an
 * AMD EPYC (AVX-512 VNNI), whole network, one thread: ResNet-20 4 %, ResNet-18 9 %, SqueezeNet 1.1
 * 18 %, MobileNetV2 23 % less time. Results are the same to the last bit.
 */
public final class ChannelPadding {
    private static final int INPUT_CHANNEL = 1;

    private ChannelPadding() {}

    /** How many zero channels to add to the layer's input; 0 where that would not help. */
    public static int of(WeightedLayer layer) {
        Shape weight = layer.weight().shape();
        boolean fits =
                layer.isConvolution()
                        && weight.rank() == 4
                        && layer.layer().groups() == 1
                        && FastKernel.takesOutputs(weight.size(0));
        return fits ? FastKernel.missingInputs(weight.size(INPUT_CHANNEL)) : 0;
    }

    /** Amounts for a Pad of [N, C, H, W]. */
    public static Tensor pads(int channels) {
        return Tensor.ofLongs(Shape.of(8), 0, 0, 0, 0, 0, channels, 0, 0);
    }

    /** {@code weight} [M, C, kH, kW] with {@code channels} more input channels of zeros. */
    static Tensor widened(Tensor weight, int channels) {
        Shape shape = weight.shape();
        int old = Math.toIntExact(shape.elementCount() / shape.size(0));
        int wide = Math.toIntExact(old + channels * shape.size(2) * shape.size(3));
        float[] from = weight.toFloats();
        float[] to = new float[Math.toIntExact(shape.size(0)) * wide];
        for (int m = 0; m < shape.size(0); m++) {
            System.arraycopy(from, m * old, to, m * wide, old);
        }
        return Tensor.ofFloats(
                shape.with(
                        INPUT_CHANNEL,
                        dev.espalier.core.ir.Dim.of(shape.size(INPUT_CHANNEL) + channels)),
                to);
    }
}
