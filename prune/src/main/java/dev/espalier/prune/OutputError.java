package dev.espalier.prune;

import dev.espalier.core.DataException;
import dev.espalier.core.data.InputBatches;
import dev.espalier.core.data.ModelRunner.Session;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.pass.PassContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * How far the outputs y' of changed models are from those of one model, y, on the same calibration
 * samples: {@code sum (y - y')^2 / sum y^2}, the mean of it where there are several outputs.
 */
final class OutputError implements ToDoubleFunction<Model> {
    private final PassContext context;
    private final List<Map<String, Tensor>> inputs;
    private final List<Map<String, Tensor>> expected = new ArrayList<>();

    private OutputError(PassContext context, List<Map<String, Tensor>> inputs) {
        this.context = context;
        this.inputs = inputs;
    }

    /** Change from {@code model}, on at most {@code samples} samples. */
    static OutputError from(Model model, int samples, PassContext context) {
        List<Map<String, Tensor>> inputs =
                InputBatches.of(model, context.data().calibration(), samples);
        if (inputs.isEmpty()) {
            throw new DataException(
                    "the calibration samples do not fill one batch of the model's fixed size;"
                            + " raise calibration.samples");
        }
        OutputError change = new OutputError(context, inputs);
        try (Session session = context.runner().open(model)) {
            inputs.forEach(batch -> change.expected.add(session.run(batch)));
        }
        return change;
    }

    @Override
    public double applyAsDouble(Model model) {
        double[] squares = new double[model.graph().outputs().size()];
        double[] differences = new double[squares.length];
        try (Session session = context.runner().open(model)) {
            for (int batch = 0; batch < inputs.size(); batch++) {
                context.checkCancelled();
                Map<String, Tensor> found = session.run(inputs.get(batch));
                for (int i = 0; i < squares.length; i++) {
                    String output = model.graph().outputs().get(i).name();
                    float[] y = expected.get(batch).get(output).toFloats();
                    float[] z = found.get(output).toFloats();
                    for (int j = 0; j < y.length; j++) {
                        squares[i] += (double) y[j] * y[j];
                        differences[i] += ((double) y[j] - z[j]) * ((double) y[j] - z[j]);
                    }
                }
            }
        }
        double change = 0;
        for (int i = 0; i < squares.length; i++) {
            change += differences[i] / Math.max(squares[i], Double.MIN_NORMAL) / squares.length;
        }
        return change;
    }
}
