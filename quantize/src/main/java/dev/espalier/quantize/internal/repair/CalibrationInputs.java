package dev.espalier.quantize.internal.repair;

import dev.espalier.core.DataException;
import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.data.InputBatches;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.layer.Layer;
import dev.espalier.core.pass.PassContext;
import java.util.List;
import java.util.Map;

/** Calibration samples as a model takes them, and the refusal of what they cannot be used for. */
public final class CalibrationInputs {
    private CalibrationInputs() {}

    /**
     * At most {@code samples} of the calibration samples, in batches.
     *
     * @throws DataException where they do not fill one batch
     */
    public static List<Map<String, Tensor>> of(Model model, int samples, PassContext context) {
        List<Map<String, Tensor>> inputs =
                InputBatches.of(model, context.data().calibration(), samples);
        if (inputs.isEmpty()) {
            throw new DataException(
                    "the calibration samples do not fill one batch of the model's fixed size;"
                            + " raise calibration.samples");
        }
        return inputs;
    }

    /**
     * {@code figure}, which was computed from activations of {@code layer}.
     *
     * @throws UnsupportedModelException where it is NaN or infinite
     */
    public static double finite(double figure, Layer layer) {
        if (!Double.isFinite(figure)) {
            throw new UnsupportedModelException(
                    layer.node().label()
                            + " reads or gives NaN or infinity on calibration data, from which nothing"
                            + " can be learned; look at the data, or at the nodes before it");
        }
        return figure;
    }

    /**
     * The elements of a value that {@code layer} reads or gives.
     *
     * @param batch of {@code inputs} that the value was computed from
     * @throws UnsupportedModelException where one is NaN or infinite; the message has the value and
     *     the sample
     */
    static float[] finite(
            Tensor tensor, String value, Layer layer, List<Map<String, Tensor>> inputs, int batch) {
        float[] elements = tensor.toFloats();
        for (int i = 0; i < elements.length; i++) {
            if (!Float.isFinite(elements[i])) {
                int samples = samples(inputs.get(batch));
                long before = inputs.subList(0, batch).stream().mapToLong(b -> samples(b)).sum();
                long within = (long) i * samples / elements.length;
                throw new UnsupportedModelException(
                        "%s reads or gives NaN or infinity: '%s' is %s on calibration sample %s, from which nothing can be learned; look at that sample, or at the nodes before it"
                                .formatted(
                                        layer.node().label(), value, elements[i], before + within));
            }
        }
        return elements;
    }

    private static int samples(Map<String, Tensor> batch) {
        return batch.values().stream()
                .filter(tensor -> tensor.shape().rank() > 0)
                .mapToInt(tensor -> Math.toIntExact(tensor.shape().size(0)))
                .findFirst()
                .orElse(1);
    }
}
