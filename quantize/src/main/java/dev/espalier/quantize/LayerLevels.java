package dev.espalier.quantize;

import dev.espalier.core.ir.Model;
import dev.espalier.core.layer.Layer;
import dev.espalier.core.pass.PassContext;
import java.util.List;

/**
 * A network some of whose layers have weights on a grid of 4 bits, and how it is quantized.
 *
 * @param exact the network without rounding
 * @param fourBits the layers of {@code exact} that are rounded in {@code rounded}
 * @param rounded the float network with those layers rounded; {@code exact} where there are none
 */
record LayerLevels(Model exact, List<Layer> fourBits, Model rounded, Quantize quantize) {
    /** All layers in 8 bits. */
    static LayerLevels ofEight(Model exact, Quantize quantize) {
        return new LayerLevels(exact, List.of(), exact, quantize);
    }

    /** {@code quantize} for a trial: nothing is measured, so that what it gives is no chance. */
    static Quantize tried(Quantize quantize) {
        return quantize.withKeepFloat(quantize.keepFloat().withSlower(false));
    }

    /** {@link #with} for a trial. */
    Model tried(List<String> floats, PassContext trial) {
        return new LayerLevels(exact, fourBits, rounded, tried(quantize)).with(floats, trial);
    }

    /** The quantized network with layers of these names in float, with the weights they had. */
    Model with(List<String> floats, PassContext context) {
        Model model = rounded;
        for (Layer layer : fourBits) {
            if (floats.contains(layer.node().name())) {
                Model back = layer.putWeight(model);
                model =
                        layer.biasOrZeros()
                                .map(bias -> layer.withBias(bias).putBias(back))
                                .orElse(back);
            }
        }
        return quantize.excluding(floats).quantized(model, context);
    }
}
