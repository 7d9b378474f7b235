package dev.espalier.quantize.internal.saturation;

import dev.espalier.core.data.ModelRunner;
import dev.espalier.core.ir.Model;
import java.util.List;

/** Runs models as an x86 CPU without VNNI instructions would, whichever CPU is at hand. */
public record SaturatingRunner(ModelRunner runner) implements ModelRunner {
    @Override
    public Session open(Model model, List<String> values) {
        boolean saturates = !SaturationProof.of(model, runner).saturable().isEmpty();
        return saturates
                ? new SaturatingRun(model, values, false, runner)
                : runner.open(model, values);
    }
}
