package dev.espalier.quantize.linear;

import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.data.InputBatches;
import dev.espalier.core.data.ModelRunner.Session;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.Value;
import dev.espalier.core.pass.PassContext;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How near a quantized model comes to the float one: for the first output y of the one and y' of
 * the other, {@code cosine = <y, y'> / (|y| |y'|)} and the signal-to-noise ratio {@code 10 log10
 * (|y|^2 / |y - y'|^2)} in dB, over all calibration samples together.
 */
public final class OutputAgreement {
    /** As many as are run in a second or so. */
    private static final int SAMPLES = 32;

    private final String output;
    private double signal;
    private double noise;
    private double found;
    private double product;

    private OutputAgreement(String output) {
        this.output = output;
    }

    /**
     * Loads the changed model in the runtime and, where there is data, notes how far its first
     * output agrees.
     *
     * @throws UnsupportedModelException where the runtime refuses it, or where the float model
     *     gives values that are not finite on the data
     */
    public static void check(Model before, Model after, PassContext context) {
        if (!context.hasData()) {
            context.runner().open(after).close();
            context.note("the changed model loads in the runtime; no data to compare outputs on");
            return;
        }
        Value output = before.graph().outputs().get(0);
        OutputAgreement agreement = new OutputAgreement(output.name());
        List<Map<String, Tensor>> batches =
                InputBatches.of(before, context.data().calibration(), SAMPLES);
        try (Session reference = context.runner().open(before);
                Session candidate = context.runner().open(after)) {
            for (Map<String, Tensor> inputs : batches) {
                context.checkCancelled();
                agreement.add(
                        reference.run(inputs).get(output.name()),
                        candidate.run(inputs).get(output.name()));
            }
        }
        context.note(agreement.toString());
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
            signal += (double) y[i] * y[i];
            found += (double) z[i] * z[i];
            product += (double) y[i] * z[i];
            noise += ((double) y[i] - z[i]) * ((double) y[i] - z[i]);
        }
    }

    @Override
    public String toString() {
        double cosine = signal == found && noise == 0 ? 1 : product / Math.sqrt(signal * found);
        return String.format(
                Locale.ROOT,
                "output '%s' on calibration samples: cosine similarity %.6f, signal-to-noise %.1f dB",
                output,
                cosine,
                10 * Math.log10(signal / noise));
    }
}
