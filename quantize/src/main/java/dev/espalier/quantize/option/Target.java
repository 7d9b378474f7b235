package dev.espalier.quantize.option;

import dev.espalier.core.data.ModelRunner;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.pass.FormerValues;
import java.util.Map;

/**
 * The CPUs on which a file's sums of 8-bit products have to be right.
 *
 * <p>x86 CPUs without VNNI instructions add pairs of products in 16 bits, and what does not fit
 * there saturates: {@code 255 * 127 + 255 * 127 = 64770} becomes 32767.
 */
public enum Target {
    /**
     * All of them: no sum can saturate, whatever the layer reads, since the positive weights of
     * each pair are at most 128 together, and so are the negative ones.
     */
    @FormerValues("x86-no-vnni")
    ANY,
    /** Those that add in 32 bits, such as x86 CPUs with VNNI instructions: weights up to 127. */
    VNNI,
    /** The one at hand, whichever that is. */
    HOST;

    private static final int GREATEST = 255 * 127 + 255 * 127;

    /** Whether weights may be as great as 127, since all sums are exact where it matters. */
    public boolean isExact(ModelRunner runner) {
        return this == VNNI || this == HOST && addsExactly(runner);
    }

    /** Whether {@code runner} adds 8-bit products exactly on this machine. */
    public static boolean addsExactly(ModelRunner runner) {
        Tensor greatest =
                Tensor.ofIntegers(
                        DataType.UINT8, Shape.of(4, 2), 255, 255, 255, 255, 255, 255, 255, 255);
        // As many columns as a vector register has sums.
        Model sums =
                GraphText.parse(
                        """
                        opset 13
                        graph (x: uint8[4,2]) -> (y: int32[4,16])
                        w: int8[2,16] = fill(127)
                        x_z: uint8[] = 0
                        w_z: int8[] = 0
                        y = MatMulInteger(x, w, x_z, w_z)
                        """);
        try (ModelRunner.Session session = runner.open(sums)) {
            return session.run(Map.of("x", greatest)).get("y").toLongs()[0] == GREATEST;
        }
    }
}
