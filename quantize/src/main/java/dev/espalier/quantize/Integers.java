package dev.espalier.quantize;

import dev.espalier.core.pass.Option;

/**
 * How the integers of {@link Quantize} are laid out.
 *
 * @param format of the nodes in the file
 * @param activations in which bytes activations are kept
 * @param weightBits 8, or 7 for CPUs that add pairs of products in 16 bits: half of the levels, and
 *     no sum of two products can saturate
 * @param perChannel whether each output channel of a weight has its own scale
 * @param target the CPUs for which the file is made
 * @param packed whether weights of at most 4 bits are stored two to a byte
 */
public record Integers(
        @Option(
                        value = "qdq",
                        help =
                                "How the file says so: qdq (float operators between QuantizeLinear"
                                        + " and DequantizeLinear) or qoperator (integer operators).")
                Format format,
        @Option(value = "u8", help = "Bytes of activations: u8, u8-symmetric, s8 or s8-symmetric.")
                Activations activations,
        @Option(value = "8", min = 7, max = 8, help = "Bits of a weight: 8, or 7.") int weightBits,
        @Option(value = "true", help = "Whether each output channel of a weight has its own scale.")
                boolean perChannel,
        @Option(
                        value = "any",
                        help =
                                "CPUs the file is for: any, or x86-no-vnni, for which weights get 7"
                                        + " bits.")
                Target target,
        @Option(
                        value = "false",
                        help =
                                "Whether weights that round-weights gave 4 bits or fewer are stored"
                                        + " two to a byte: a smaller file of operator set 21, which"
                                        + " needs ONNX Runtime 1.23.")
                boolean packed) {
    /** 8 bits, unsigned activations, per channel, as QDQ, for any CPU. */
    public static final Integers STANDARD =
            new Integers(Format.QDQ, Activations.U8, 8, true, Target.ANY, false);

    /**
     * Along which axis of its weight {@code layer} has a scale for each index; -1 for one scale.
     */
    int axis(WeightedLayer layer) {
        return perChannel ? layer.axis() : -1;
    }

    /** This with weights of at most 4 bits stored two to a byte, or one. */
    public Integers withPacked(boolean changed) {
        return new Integers(format, activations, weightBits, perChannel, target, changed);
    }

    /** How a file says that something is computed in integers. */
    public enum Format {
        /** Float operators between QuantizeLinear and DequantizeLinear, which runtimes fuse. */
        QDQ,
        /** Integer operators, some of them of ONNX Runtime's own domain. */
        QOPERATOR
    }

    /** In which bytes activations are kept. */
    public enum Activations {
        /** 0 to 255, the zero point wherever zero lies. */
        U8,
        /** 0 to 255, the zero point 128 but behind a Relu, where it is 0. */
        U8_SYMMETRIC,
        /** -128 to 127, the zero point wherever zero lies. */
        S8,
        /** -128 to 127, the zero point 0 but behind a Relu, where it is -128. */
        S8_SYMMETRIC;

        boolean isSigned() {
            return this == S8 || this == S8_SYMMETRIC;
        }

        boolean isSymmetric() {
            return this == U8_SYMMETRIC || this == S8_SYMMETRIC;
        }
    }

    /** The CPUs that a file is made for. */
    public enum Target {
        /** Accuracy counts on CPUs that add products exactly. */
        ANY,
        /** Accuracy counts on x86 CPUs with AVX2 or AVX-512 but without VNNI instructions, too. */
        X86_NO_VNNI
    }

    /** The greatest magnitude of a weight's byte: 127, or 64 with 7 bits. */
    int greatestWeight() {
        // 255 * 64 + 255 * 64 still fits 16 bits.
        return weightBits == 7 || target == Target.X86_NO_VNNI ? 64 : 127;
    }
}
