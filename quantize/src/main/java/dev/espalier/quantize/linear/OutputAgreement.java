package dev.espalier.quantize.linear;

import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.VerificationException;
import dev.espalier.core.data.InputBatches;
import dev.espalier.core.data.ModelRunner.Session;
import dev.espalier.core.data.SignalToNoise;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.Value;
import dev.espalier.core.pass.PassContext;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * How near a quantized model comes to the float one: for the first output y of the one and y' of
 * the other, {@code cosine = <y, y'> / (|y| |y'|)} and the signal-to-noise ratio {@code 10 log10
 * (|y|^2 / |y - y'|^2)} in dB, over all calibration samples together.
 */
public final class OutputAgreement {
    /** As many as are run in a second or so. */
    private static final int SAMPLES = 32;

    private final String output;
    private final SignalToNoise ratio = new SignalToNoise();
    private double found;
    private double product;

    private OutputAgreement(String output) {
        this.output = output;
    }

    /**
     * Loads the changed model in the runtime and, where there is data, notes how far its first
     * floating-point output agrees.
     *
     * @throws UnsupportedModelException where the runtime refuses it, or where the float model
     *     gives values that are not finite on the data
     * @throws VerificationException where the changed model alone does
     */
    public static void check(Model before, Model after, PassContext context) {
        Optional<Value> output =
                before.graph().outputs().stream().filter(o -> isReal(o)).findFirst();
        List<Map<String, Tensor>> batches =
                context.hasData() && output.isPresent()
                        ? InputBatches.of(before, context.data().calibration(), SAMPLES)
                        : List.of();
        if (batches.isEmpty()) {
            context.runner().open(after).close();
            context.note("the changed model loads in the runtime; no data to compare outputs on");
            return;
        }
        String name = output.get().name();
        OutputAgreement agreement = new OutputAgreement(name);
        try (Session reference = context.runner().open(before, List.of(name));
                Session candidate = context.runner().open(after)) {
            for (Map<String, Tensor> inputs : batches) {
                context.checkCancelled();
                agreement.add(reference.run(inputs).get(name), candidate.run(inputs).get(name));
            }
        }
        context.note(agreement.toString());
    }

    private static boolean isReal(Value value) {
        return value.type().map(type -> type.dataType().isFloating()).orElse(false);
    }

    private void add(Tensor expected, Tensor changed) {
        float[] y = expected.toFloats();
        float[] z = changed.toFloats();
        for (int i = 0; i < y.length; i++) {
            if (!Float.isFinite(y[i])) {
                throw new UnsupportedModelException(
                        "output '%s' of the float model is %s on a calibration sample: activations are not finite, and ranges cannot be taken from them; check the data"
                                .formatted(output, y[i]));
            }
            if (!Float.isFinite(z[i])) {
                throw new VerificationException(
                        "output '%s' of the changed model is %s on a calibration sample, that of the float model %s; name the nodes at fault under 'exclude'"
                                .formatted(output, z[i], y[i]));
            }
            found += (double) z[i] * z[i];
            product += (double) y[i] * z[i];
        }
        ratio.add(y, z);
    }

    @Override
    public String toString() {
        if (ratio.noise() == 0) {
            return "output '%s' is the same on calibration samples".formatted(output);
        }
        return String.format(
                Locale.ROOT,
                "output '%s' on calibration samples: cosine similarity %.6f, signal-to-noise %.1f dB",
                output,
                product / Math.sqrt(ratio.signal() * found),
                ratio.decibels());
    }
}
