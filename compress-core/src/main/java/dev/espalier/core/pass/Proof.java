package dev.espalier.core.pass;

import dev.espalier.core.CompressionException;
import dev.espalier.core.OutputException;
import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.VerificationException;
import dev.espalier.core.data.ModelRunner.Session;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.Value;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Evidence that two models compute the same: both are run on real inputs, where the recipe has
 * data, and on random ones, and every output agrees to {@value #TOLERANCE} of its scale. With y of
 * the first model and y' of the second, {@code max |y - y'| <= 1e-4 max |y|} for each output of
 * each run; 1e-2 for float16, 1e-1 for bfloat16 outputs, whose own steps are 2^-11 and 2^-8.
 *
 * @param samples how many examples both models were run on
 * @param realSamples how many of them came from the recipe's data
 * @param largestDifference the largest of {@code max |y - y'| / max |y|}
 */
public record Proof(int samples, int realSamples, double largestDifference) {
    static final double TOLERANCE = 1e-4;

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
        ProofInputs inputs = ProofInputs.of(before, context);
        double largest = 0;
        boolean finite = false;
        try (Session reference = context.runner().open(before);
                Session candidate = candidate(before, after, inputs, context)) {
            for (Map<String, Tensor> input : inputs.batches()) {
                context.checkCancelled();
                Map<String, Tensor> expected = reference.run(input);
                Map<String, Tensor> found = run(candidate, before, after, input, context);
                for (Value output : before.graph().outputs()) {
                    Tensor y = expected.get(output.name());
                    double difference = difference(y, found.get(output.name()));
                    if (!(difference <= tolerance(y.dataType()))) {
                        throw failure(
                                before, after, correspondence, context, input, output, difference);
                    }
                    largest = Math.max(largest, difference);
                    finite |= hasFinite(y);
                }
            }
        }
        if (!finite) {
            throw new UnsupportedModelException(
                    "all outputs are NaN or infinite on all %s inputs tried, so that nothing can be"
                                    .formatted(inputs.samples())
                            + " proved about this model; give it data that it works on");
        }
        return new Proof(inputs.samples(), inputs.realSamples(), largest);
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

    private static Session candidate(
            Model before, Model after, ProofInputs inputs, PassContext context) {
        try {
            return context.runner().open(after);
        } catch (CompressionException e) {
            throw refused(before, after, inputs.batches().get(0), e, context);
        }
    }

    private static Map<String, Tensor> run(
            Session session,
            Model before,
            Model after,
            Map<String, Tensor> input,
            PassContext context) {
        try {
            return session.run(input);
        } catch (CompressionException e) {
            throw refused(before, after, input, e, context);
        }
    }

    private static VerificationException refused(
            Model before,
            Model after,
            Map<String, Tensor> input,
            CompressionException cause,
            PassContext context) {
        return new VerificationException(
                "the changed model does not run: "
                        + cause.getMessage()
                        + reproducer(before, after, input, context),
                cause);
    }

    private static VerificationException failure(
            Model before,
            Model after,
            Correspondence correspondence,
            PassContext context,
            Map<String, Tensor> input,
            Value output,
            double difference) {
        String node =
                new FirstDifference(before, after, correspondence, context.runner())
                        .find(input)
                        .map(found -> "; the first node that differs is " + found.label())
                        .orElse("");
        return new VerificationException(
                String.format(
                        Locale.ROOT,
                        "the changed model does not agree with the original: output '%s' differs"
                                + " by %.2g of its scale, at most %.0e is allowed%s%s",
                        output.name(),
                        difference,
                        tolerance(output.type().map(t -> t.dataType()).orElse(DataType.FLOAT)),
                        node,
                        reproducer(before, after, input, context)));
    }

    private static String reproducer(
            Model before, Model after, Map<String, Tensor> input, PassContext context) {
        Map<String, Model> models = new LinkedHashMap<>();
        models.put("before", before);
        models.put("after", after);
        try {
            return context.reproducer()
                    .leave(models, input)
                    .map(place -> ". Both models and the inputs are in " + place)
                    .orElse("");
        } catch (OutputException e) {
            // A full disk must not hide that the proof failed.
            return ". Both models and the inputs could not be kept: " + e.getMessage();
        }
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
                "proved on %s real and %s random inputs, largest difference %.1e of the scale",
                realSamples,
                samples - realSamples,
                largestDifference);
    }
}
