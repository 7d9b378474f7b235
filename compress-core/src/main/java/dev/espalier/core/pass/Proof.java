package dev.espalier.core.pass;

import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.VerificationException;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Tensor;
import java.util.Locale;

/**
 * Evidence that two models compute the same: both are run on real inputs, where the recipe has
 * data, and on random ones, and every output agrees to {@value #TOLERANCE} of its scale. With y of
 * the first model and y' of the second, {@code max |y - y'| <= 1e-4 max |y|} for each output of
 * each run; 1e-2 for float16, 1e-1 for bfloat16 outputs, whose own steps are 2^-11 and 2^-8.
 *
 * <p>Where an output differs by more than 1e-4, but by no more than 1e-2, the first model is also
 * run without the runtime's optimizations: three times what its own output then differs by is
 * allowed. What a Sigmoid, a Softmax or the like reads that makes an output is compared as well,
 * since a saturated output is the same for quite other numbers.
 *
 * @param samples how many examples both models were run on
 * @param realSamples how many of them came from the recipe's data
 * @param agreed by how much
 */
public record Proof(int samples, int realSamples, Agreed agreed) {
    static final double TOLERANCE = 1e-4;

    /**
     * How far two models agree.
     *
     * @param difference the largest of {@code max |y - y'| / max |y|}
     * @param allowed what was allowed there
     * @param widened whether that is what the first model's own noise allows, and not what its type
     *     does
     */
    public record Agreed(double difference, double allowed, boolean widened) {}

    /** The largest of {@code max |y - y'| / max |y|}. */
    public double largestDifference() {
        return agreed.difference();
    }

    /** Says what a value of the second model should be, from the same value of the first. */
    @FunctionalInterface
    public interface Correspondence {
        /** The part of {@code before} that is left; {@code before} itself where nothing went. */
        Tensor expected(String value, Tensor before);
    }

    /**
     * Proves that {@code after} computes what {@code before} does.
     *
     * @throws VerificationException where it does not; the message names the first node whose
     *     result differs and where the reproducer is
     * @throws UnsupportedModelException where the runtime refuses {@code before}, or all that comes
     *     out is NaN or infinite
     */
    public static Proof equal(Model before, Model after, PassContext context) {
        return equal(before, after, (value, tensor) -> tensor, context);
    }

    /**
     * {@code after}, of which the report then says that it was proved, so that its metrics need not
     * be taken again; nothing is to be proved where it is {@code before} itself.
     *
     * @throws VerificationException as {@link #equal(Model, Model, PassContext)}
     */
    public static Model noted(Model before, Model after, PassContext context) {
        if (after != before) {
            context.note(equal(before, after, context).toString());
            context.log().proved(before, after);
        }
        return after;
    }

    /**
     * Proves that {@code after} computes what {@code before} does, though some intermediate values
     * of it are narrower.
     *
     * @param correspondence how, which finds the node at fault where the proof fails
     */
    public static Proof equal(
            Model before, Model after, Correspondence correspondence, PassContext context) {
        return new Comparison(before, after, correspondence, context).run();
    }

    /** Whether a tensor holds anything that could show a difference. */
    public static boolean hasFinite(Tensor tensor) {
        if (tensor.dataType() == DataType.STRING) {
            return true;
        }
        for (float value : tensor.toFloats()) {
            if (Float.isFinite(value)) {
                return true;
            }
        }
        return false;
    }

    /** The largest {@link #difference} at which outputs of this type agree. */
    public static double tolerance(DataType type) {
        return switch (type) {
            case FLOAT16 -> 1e-2;
            case BFLOAT16 -> 1e-1;
            default -> TOLERANCE;
        };
    }

    /**
     * {@code max |expected - found| / max |expected|}; infinite where shapes differ, where only one
     * has a NaN or an infinity, or where zeros were expected and something else was found.
     */
    public static double difference(Tensor expected, Tensor found) {
        if (found == null || !expected.type().equals(found.type())) {
            return Double.POSITIVE_INFINITY;
        }
        if (expected.dataType() == DataType.STRING) {
            return expected.equals(found) ? 0 : Double.POSITIVE_INFINITY;
        }
        float[] a = expected.toFloats();
        float[] b = found.toFloats();
        double scale = 0;
        double largest = 0;
        for (int i = 0; i < a.length; i++) {
            if (Float.compare(a[i], b[i]) == 0) {
                scale = Float.isFinite(a[i]) ? Math.max(scale, Math.abs(a[i])) : scale;
                continue;
            }
            if (!Float.isFinite(a[i]) || !Float.isFinite(b[i])) {
                return Double.POSITIVE_INFINITY;
            }
            scale = Math.max(scale, Math.abs(a[i]));
            largest = Math.max(largest, Math.abs((double) a[i] - b[i]));
        }
        return largest == 0 ? 0 : largest / scale;
    }

    /** A sentence for notes. */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "proved on %s real and %s random inputs, largest difference %.1e of the scale,"
                        + " %.1e allowed%s",
                realSamples,
                samples - realSamples,
                agreed.difference(),
                agreed.allowed(),
                agreed.widened() ? ", three times the runtime's own noise" : "");
    }
}
