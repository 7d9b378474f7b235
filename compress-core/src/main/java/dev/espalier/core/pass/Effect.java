package dev.espalier.core.pass;

import dev.espalier.core.analysis.ShapeInference;
import dev.espalier.core.data.ModelRunner.Session;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.Value;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What a pass did to a network, on the machine at hand. With y the first floating-point output of
 * the network that the pass was given, and y' of the one that it returns:
 *
 * <pre>
 *   decibels = 10 log10(sum y^2 / sum (y - y')^2)      over all examples
 *   cosine   = &lt;y, y'&gt; / (|y| |y'|)                    of each example
 * </pre>
 *
 * @param examples that both were run on
 * @param split the part of the data they are from
 * @param decibels signal-to-noise ratio, 200 where nothing differs
 * @param sameAnswer share of examples, 0 to 1, with the highest score at the same place; empty
 *     where the data has no labels or the output is not one score for each class
 * @param meanCosine over the examples
 * @param leastCosine of any example
 * @param undefined numbers that are NaN, or the same infinity, in both; they are left out
 */
public record Effect(
        int examples,
        String split,
        double decibels,
        OptionalDouble sameAnswer,
        double meanCosine,
        double leastCosine,
        long undefined) {
    /** As many as tell 99 % from 98 %. */
    private static final int EXAMPLES = 256;

    private static final double LEAST_SAME = 0.99;
    private static final double LEAST_DECIBELS = 20;
    private static final double EQUAL = 200;

    /**
     * Runs both networks and notes how far the output is from what it was.
     *
     * @param before the network that the pass was given
     * @return empty where nothing was compared: {@code after} is {@code before} itself, or there is
     *     no data or no output of floating-point numbers
     * @throws dev.espalier.core.UnsupportedModelException where the runtime refuses {@code after},
     *     or where {@code before} gives numbers on the data that are not finite
     * @throws dev.espalier.core.VerificationException where {@code after} alone does
     */
    public static Optional<Effect> noted(Model before, Model after, PassContext context) {
        Optional<Effect> effect = after == before ? Optional.empty() : of(before, after, context);
        effect.ifPresent(found -> context.note(found.toString()));
        return effect;
    }

    /** The effect by itself; empty without data or a floating-point output. */
    public static Optional<Effect> of(Model before, Model after, PassContext context) {
        Optional<String> output = output(before);
        ComparedExamples examples = ComparedExamples.of(before, context, EXAMPLES);
        if (output.isEmpty() || examples.batches().isEmpty()) {
            return Optional.empty();
        }
        String name = output.get();
        OutputChange change = new OutputChange(name, examples.split(), examples.data().classes());
        try (Session reference = context.runner().open(before, List.of(name));
                Session candidate = context.runner().open(after);
                Progress.Task task =
                        context.progress().begin("effect", examples.count(), "examples")) {
            for (int[] batch : examples.batches()) {
                context.checkCancelled();
                Map<String, Tensor> inputs = examples.inputs(batch);
                change.add(
                        reference.run(inputs).get(name),
                        candidate.run(inputs).get(name),
                        batch.length);
                task.advance(batch.length);
            }
        }
        return Optional.of(change.effect(examples.count()));
    }

    /** The output that is compared. */
    public static Optional<String> output(Model model) {
        ShapeInference types = ShapeInference.of(model);
        return model.graph().outputs().stream()
                .map(Value::name)
                .filter(name -> types.type(name).map(t -> t.dataType().isFloating()).orElse(false))
                .findFirst();
    }

    /** Whether the network is no longer the same for its users. */
    public boolean isFar() {
        return decibels < LEAST_DECIBELS || sameAnswer.orElse(1) < LEAST_SAME;
    }

    /** Whether no number differs. */
    public boolean isSame() {
        return decibels == EQUAL;
    }

    /** A sentence for notes. */
    @Override
    public String toString() {
        return "against the network before this pass, on %s %s examples: %s%s"
                .formatted(
                        examples,
                        split,
                        figures(),
                        undefined == 0
                                ? ""
                                : "; NaN or infinite in both at %s places".formatted(undefined));
    }

    private String figures() {
        if (isSame()) {
            return "the output is the same";
        }
        String closeness =
                sameAnswer.isPresent()
                        ? String.format(
                                Locale.ROOT,
                                "same answer for %.1f %%",
                                100 * sameAnswer.getAsDouble())
                        : String.format(
                                Locale.ROOT,
                                "cosine similarity %.6f on average and %.6f at the least",
                                meanCosine,
                                leastCosine);
        return closeness + String.format(Locale.ROOT, ", signal-to-noise %.1f dB", decibels);
    }
}
