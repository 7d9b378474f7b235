package dev.espalier.quantize;

import dev.espalier.core.pass.Pass;
import dev.espalier.core.pass.PassCatalog;
import dev.espalier.quantize.saturation.ForecastSaturation;
import java.util.List;

/** The passes of this module. */
public final class QuantizePasses implements PassCatalog {
    @Override
    public List<Class<? extends Pass>> passes() {
        return List.of(Quantize.class, ForecastSaturation.class);
    }
}
