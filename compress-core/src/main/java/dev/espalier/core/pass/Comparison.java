package dev.espalier.core.pass;

import dev.espalier.core.CompressionException;
import dev.espalier.core.OutputException;
import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.VerificationException;
import dev.espalier.core.data.ModelRunner.Session;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The runs of two models by which a {@link Proof} is made. */
final class Comparison {
    private final Model before;
    private final Model after;
    private final Proof.Correspondence correspondence;
    private final PassContext context;
    private final List<ComparedValue> values;

    /** What noise allows, by value of the first model; null until it is asked for. */
    private Map<String, Double> noise;

    private Proof.Agreed agreed = new Proof.Agreed(0, Proof.TOLERANCE, false);
    private boolean finite;

    Comparison(
            Model before, Model after, Proof.Correspondence correspondence, PassContext context) {
        this.before = before;
        this.after = after;
        this.correspondence = correspondence;
        this.context = context;
        this.values = ComparedValue.of(before, after);
    }

    /**
     * @throws VerificationException where the models differ
     * @throws UnsupportedModelException where the runtime refuses {@code before}, or all that comes
     *     out is NaN or infinite
     */
    Proof run() {
        ProofInputs inputs = ProofInputs.of(before, context);
        try (Session reference = context.runner().open(before, names());
                Session candidate = candidate(inputs.batches().get(0))) {
            inputs = compare(reference, candidate, inputs);
        }
        if (!finite) {
            throw new UnsupportedModelException(
                    "all outputs are NaN or infinite on all %s inputs tried, so that nothing can be"
                                    .formatted(inputs.samples())
                            + " proved about this model; give it data that it works on");
        }
        return new Proof(inputs.samples(), inputs.realSamples(), agreed);
    }

    private List<String> names() {
        return values.stream().map(ComparedValue::before).toList();
    }

    /** The inputs that were compared in the end. */
    private ProofInputs compare(Session reference, Session candidate, ProofInputs free) {
        Optional<UnsupportedModelException> refusal = compareAll(reference, candidate, free);
        if (refusal.isEmpty()) {
            return free;
        }
        // Of many a network, the size of the batch is written into it though its inputs leave it
        // open.
        ProofInputs stated = ProofInputs.stated(before, context).orElseThrow(refusal::get);
        if (compareAll(reference, candidate, stated).isPresent()) {
            throw refusal.get();
        }
        context.note(
                "proved with a batch of %s alone, since the original refuses others"
                        .formatted(context.inputShapes().batch()));
        return stated;
    }

    /** Why the first model refused some of the inputs, where it did; none behind were tried. */
    private Optional<UnsupportedModelException> compareAll(
            Session reference, Session candidate, ProofInputs inputs) {
        for (Map<String, Tensor> input : inputs.batches()) {
            context.checkCancelled();
            Map<String, Tensor> expected;
            try {
                expected = reference.run(input);
            } catch (UnsupportedModelException e) {
                return Optional.of(e);
            }
            compare(input, expected, run(candidate, input), inputs);
        }
        return Optional.empty();
    }

    private void compare(
            Map<String, Tensor> input,
            Map<String, Tensor> expected,
            Map<String, Tensor> found,
            ProofInputs inputs) {
        for (ComparedValue value : values) {
            Tensor y = part(value, expected.get(value.before()));
            Tensor changed = found.get(value.after());
            if (!value.isOutput() && (changed == null || !y.type().equals(changed.type()))) {
                continue; // The second model has another value there; its outputs are compared.
            }
            double difference = Proof.difference(y, changed);
            double allowed = Proof.tolerance(y.dataType());
            boolean widened = false;
            // Noise is measured only where it may matter.
            if (!(difference <= allowed) && difference <= RuntimeNoise.MOST) {
                double noisy = noise(inputs).getOrDefault(value.before(), 0.0);
                widened = noisy > allowed;
                allowed = Math.max(allowed, noisy);
            }
            if (!(difference <= allowed)) {
                throw failure(value, input, difference, allowed, inputs);
            }
            if (difference >= agreed.difference()) {
                agreed = new Proof.Agreed(difference, allowed, widened);
            }
            finite |= value.isOutput() && Proof.hasFinite(y);
        }
    }

    private Tensor part(ComparedValue value, Tensor y) {
        return value.isOutput() || !value.before().equals(value.after())
                ? y
                : correspondence.expected(value.before(), y);
    }

    private Map<String, Double> noise(ProofInputs inputs) {
        if (noise == null) {
            noise = new RuntimeNoise(before, context.runner(), names()).allowed(inputs.batches());
        }
        return noise;
    }

    private Session candidate(Map<String, Tensor> input) {
        try {
            return context.runner()
                    .open(after, values.stream().map(ComparedValue::after).distinct().toList());
        } catch (CompressionException e) {
            throw refused(input, e);
        }
    }

    private Map<String, Tensor> run(Session session, Map<String, Tensor> input) {
        try {
            return session.run(input);
        } catch (CompressionException e) {
            throw refused(input, e);
        }
    }

    private VerificationException refused(Map<String, Tensor> input, CompressionException cause) {
        return new VerificationException(
                "the changed model does not run: " + cause.getMessage() + reproducer(input), cause);
    }

    private VerificationException failure(
            ComparedValue value,
            Map<String, Tensor> input,
            double difference,
            double allowed,
            ProofInputs inputs) {
        double most = noise(inputs).values().stream().mapToDouble(n -> n).max().orElse(0);
        String node =
                new FirstDifference(before, after, correspondence, context.runner(), most)
                        .find(input)
                        .map(found -> "; the first node that differs is " + found.label())
                        .orElse("");
        return new VerificationException(
                String.format(
                        Locale.ROOT,
                        "the changed model does not agree with the original: %s differs"
                                + " by %.2g of its scale, at most %.0e is allowed%s%s",
                        value.label(),
                        difference,
                        allowed,
                        node,
                        reproducer(input)));
    }

    private String reproducer(Map<String, Tensor> input) {
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
}
