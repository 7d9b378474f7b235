package dev.espalier.quantize;

import dev.espalier.core.pass.Pass;
import dev.espalier.core.pass.PassCatalog;
import dev.espalier.quantize.dynamic.QuantizeDynamic;
import dev.espalier.quantize.repair.CorrectBias;
import dev.espalier.quantize.repair.Equalize;
import dev.espalier.quantize.repair.RoundWeights;
import dev.espalier.quantize.saturation.ForecastSaturation;
import dev.espalier.quantize.smooth.Smooth;
import dev.espalier.quantize.storage.StoreFloat16;
import dev.espalier.quantize.weights.QuantizeWeights;
import java.util.List;

/** The passes of this module. */
public final class QuantizePasses implements PassCatalog {
    @Override
    public List<Class<? extends Pass>> passes() {
        return List.of(
                Quantize.class,
                MixedPrecision.class,
                ForecastSaturation.class,
                QuantizeDynamic.class,
                QuantizeWeights.class,
                Smooth.class,
                StoreFloat16.class,
                Equalize.class,
                CorrectBias.class,
                RoundWeights.class);
    }
}
