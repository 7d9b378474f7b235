package dev.espalier.quantize;

import dev.espalier.core.pass.Pass;
import dev.espalier.core.pass.PassCatalog;
import dev.espalier.core.profile.ProfileQuestion;
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

    @Override
    public List<ProfileQuestion> questions() {
        return FoldingQuestions.all();
    }
}
