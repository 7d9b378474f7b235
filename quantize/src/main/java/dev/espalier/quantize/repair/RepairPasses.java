package dev.espalier.quantize.repair;

import dev.espalier.core.pass.Pass;
import dev.espalier.core.pass.PassCatalog;
import java.util.List;

/** The passes of this package. */
public final class RepairPasses implements PassCatalog {
    @Override
    public List<Class<? extends Pass>> passes() {
        return List.of(Equalize.class, CorrectBias.class, RoundWeights.class, MixedPrecision.class);
    }
}
