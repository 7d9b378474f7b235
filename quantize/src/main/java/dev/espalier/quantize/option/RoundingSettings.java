package dev.espalier.quantize.option;

import dev.espalier.core.pass.Option;
import dev.espalier.core.pass.Withers;

/** How weights get their codes. */
@Withers
public record RoundingSettings(
        @Option(
                        value = "nearest",
                        help = "Each weight by itself, or all against the layer's error.")
                Method method,
        @Option(
                        value = "0.01",
                        min = 1e-6,
                        max = 1,
                        help =
                                "With gptq: share of the mean of the Hessian's diagonal added to it.")
                double damping,
        @Option(
                        value = "false",
                        help = "With gptq: whether rows of large activations are rounded first.")
                boolean actOrder)
        implements RoundingSettingsBuilder.With {
    /** How weights get their codes. */
    public enum Method {
        /** The nearest one: round-to-nearest. */
        NEAREST,
        /** One after the other, the error of each spread over those that are left; needs data. */
        GPTQ
    }
}
