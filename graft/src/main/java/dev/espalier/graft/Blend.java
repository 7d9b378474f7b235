package dev.espalier.graft;

import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.pass.PassContext;
import java.util.LinkedHashMap;
import java.util.Map;

/** Grafts one network's tensors onto another's, each number keeping a share of its own. */
interface Blend {
    /**
     * The blend of networks like {@code model}, as {@code settings} ask for it.
     *
     * @param shapes sizes for what the inputs leave open
     */
    static Blend of(Model model, InputShapes shapes, BlendSettings settings) {
        return settings.information() == Information.SCALE
                ? new ChannelwiseBlend(model, shapes, settings)
                : new LayerwiseBlend(model.graph(), settings);
    }

    /**
     * The shares of their own that tensors keep, in the order of the graph.
     *
     * @param own float tensors by initializer
     * @param donor the same of another network of the same topology and shapes
     */
    Map<String, Kept> kept(Map<String, Tensor> own, Map<String, Tensor> donor);

    /** Names what is not blended as the settings ask for. */
    default void explain(PassContext context) {}

    /**
     * The blended tensors: those of {@code own} that some node reads, blended; the others as they
     * are.
     */
    default Map<String, Tensor> graft(Map<String, Tensor> own, Map<String, Tensor> donor) {
        Map<String, Tensor> blended = new LinkedHashMap<>(own);
        kept(own, donor)
                .forEach(
                        (name, kept) ->
                                blended.put(name, mix(own.get(name), donor.get(name), kept)));
        return blended;
    }

    private static Tensor mix(Tensor own, Tensor donor, Kept kept) {
        Shape shape = own.shape();
        if (!shape.equals(donor.shape()) || own.dataType() != DataType.FLOAT) {
            throw new IllegalArgumentException(
                    "cannot blend " + own.type() + " with " + donor.type());
        }
        float[] values = own.toFloats();
        float[] others = donor.toFloats();
        float[] mixed = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            double share = kept.at().applyAsDouble(i);
            // Equal weights stay to the last bit.
            mixed[i] =
                    values[i] == others[i]
                            ? values[i]
                            : (float) (share * values[i] + (1 - share) * others[i]);
        }
        return Tensor.ofFloats(shape, mixed);
    }
}
