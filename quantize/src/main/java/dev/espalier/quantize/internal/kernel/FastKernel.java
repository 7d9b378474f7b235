package dev.espalier.quantize.internal.kernel;

/**
 * Which convolutions ONNX Runtime 1.29 computes with its fast integer kernel on x86 CPUs: those
 * whose input channels come in fours, with 16 output channels or more. With AVX-512 it takes any
 * multiple of 4 of these, with AVX2 of 8, so 8 it is.
 */
public final class FastKernel {
    private static final int INPUT_MULTIPLE = 4;
    private static final int LEAST_OUTPUTS = 16;
    private static final int OUTPUT_MULTIPLE = 8;

    private FastKernel() {}

    /** Whether a convolution of one group is computed with it. */
    public static boolean takes(long inputChannels, long outputChannels) {
        return missingInputs(inputChannels) == 0 && takesOutputs(outputChannels);
    }

    /** Whether {@code layer} is computed with it, zero channels added where that helps. */
    public static boolean takes(WeightedLayer layer) {
        return !layer.isConvolution()
                || layer.layer().groups() == 1 && takesOutputs(layer.layer().outputs());
    }

    /** Whether there are too few output channels, on any machine. */
    static boolean isNarrow(long outputChannels) {
        return outputChannels < LEAST_OUTPUTS;
    }

    static boolean takesOutputs(long channels) {
        return !isNarrow(channels) && channels % OUTPUT_MULTIPLE == 0;
    }

    /** How many input channels there are too few. */
    static int missingInputs(long channels) {
        return Math.floorMod(-channels, INPUT_MULTIPLE);
    }
}
