package dev.espalier.quantize.option;

import dev.espalier.core.data.ModelRunner;
import dev.espalier.core.pass.FormerOption;
import dev.espalier.core.pass.Option;
import dev.espalier.core.pass.Withers;

/**
 * How the integers of {@code quantize} are laid out.
 *
 * @param format of the nodes in the file
 * @param activations in which bytes activations are kept
 * @param perChannel whether each output channel of a weight has its own scale
 * @param target the CPUs on which the file's sums are right; which weights are how great follows
 * @param packed whether weights of at most 4 bits are stored two to a byte
 */
@FormerOption(
        key = "weight-bits",
        instead =
                "'target: any', which is the default, takes the place of 7 bits, and 'target: vnni'"
                        + " that of 8")
@Withers
public record Integers(
        @Option(
                        value = "qdq",
                        help =
                                "How the file says so: qdq (float operators between QuantizeLinear"
                                        + " and DequantizeLinear) or qoperator (integer operators).")
                Format format,
        @Option(value = "u8", help = "Bytes of activations: u8, u8-symmetric, s8 or s8-symmetric.")
                Activations activations,
        @Option(value = "true", help = "Whether each output channel of a weight has its own scale.")
                boolean perChannel,
        @Option(
                        value = "any",
                        help =
                                "CPUs on which sums are right: any (weights as great as can be"
                                        + " without saturating anywhere), vnni (up to 127), or"
                                        + " host (what this machine allows).")
                Target target,
        @Option(
                        value = "false",
                        help =
                                "Whether weights that round-weights gave 4 bits or fewer are stored"
                                        + " two to a byte: a smaller file of operator set 21, which"
                                        + " needs ONNX Runtime 1.23.")
                boolean packed)
        implements IntegersBuilder.With {
    /** This with the machine's own abilities in place of {@code host}. */
    public Integers resolved(ModelRunner runner) {
        return withTarget(target.isExact(runner) ? Target.VNNI : Target.ANY);
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

        public boolean isSigned() {
            return this == S8 || this == S8_SYMMETRIC;
        }

        public boolean isSymmetric() {
            return this == U8_SYMMETRIC || this == S8_SYMMETRIC;
        }
    }
}
