package dev.espalier.quantize.internal.saturation;

import dev.espalier.core.data.ModelRunner;
import dev.espalier.core.ir.Model;
import java.util.Optional;

/** A network whose sums of 8-bit products are exact on every CPU, however it was written. */
public final class ExactNetwork {
    private ExactNetwork() {}

    /**
     * The same network with the layers that can saturate spelled out in products of unsigned bytes,
     * which no CPU saturates; itself where there are none.
     *
     * @param runner computes weights that depend on constants alone
     * @return empty where such a layer has a form that is not taken apart
     */
    public static Optional<Model> of(Model model, ModelRunner runner) {
        if (SaturationProof.of(model, runner).saturable().isEmpty()) {
            return Optional.of(model);
        }
        SumsGraph.Written written = SumsGraph.of(model, false, runner);
        return written.whole().isEmpty() ? Optional.of(written.model()) : Optional.empty();
    }
}
