package dev.espalier.quantize.internal.repair;

import dev.espalier.core.data.ModelRunner;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.layer.Layer;
import dev.espalier.core.pass.PassContext;
import java.util.List;
import java.util.Map;

/** The mean of each channel of one layer's output over examples and positions. */
public final class ChannelMeans {
    private final Layer layer;
    private final List<Map<String, Tensor>> inputs;
    private final PassContext context;

    public ChannelMeans(Layer layer, List<Map<String, Tensor>> inputs, PassContext context) {
        this.layer = layer;
        this.inputs = inputs;
        this.context = context;
    }

    /**
     * @param model in which the layer is, with whatever weights
     */
    public double[] of(Model model) {
        String output = layer.node().output(0);
        double[] sums = new double[layer.outputs()];
        long count = 0;
        try (ModelRunner.Session session = context.runner().open(model, List.of(output))) {
            for (int batch = 0; batch < inputs.size(); batch++) {
                context.checkCancelled();
                Tensor y = session.run(inputs.get(batch)).get(output);
                float[] values = CalibrationInputs.finite(y, output, layer, inputs, batch);
                int inner = inner(y);
                for (int i = 0; i < values.length; i++) {
                    sums[i / inner % sums.length] += values[i];
                }
                count += values.length / sums.length;
            }
        }
        for (int c = 0; c < sums.length; c++) {
            sums[c] = CalibrationInputs.finite(sums[c] / Math.max(1, count), layer);
        }
        return sums;
    }

    /** Elements of one channel that lie together: those of a map, one of a row. */
    private int inner(Tensor y) {
        int inner = 1;
        for (int a = 2; layer.form().isConvolution() && a < y.shape().rank(); a++) {
            inner *= Math.toIntExact(y.shape().size(a));
        }
        return inner;
    }
}
