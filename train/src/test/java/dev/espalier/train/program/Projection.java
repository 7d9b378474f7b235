package dev.espalier.train.program;

import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** A random linear function of the float outputs. */
record Projection(List<Tensor> factors) implements Objective {
    static Projection of(List<Tensor> outputs) {
        SplittableRandom random = new SplittableRandom(3);
        List<Tensor> factors = new ArrayList<>();
        for (Tensor output : outputs) {
            float[] values = new float[Math.toIntExact(output.elementCount())];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) random.nextDouble(-1, 1);
            }
            factors.add(Tensor.ofFloats(output.shape(), values));
        }
        return new Projection(factors);
    }

    @Override
    public String write(LossWriter writer) {
        List<Value> outputs = writer.network().graph().outputs();
        return IntStream.range(0, outputs.size())
                .mapToObj(
                        i ->
                                "torch.sum(torch.mul(%s, %s))"
                                        .formatted(
                                                writer.value(outputs.get(i).name()),
                                                writer.weight("factor " + i, factors.get(i))))
                .reduce((sum, part) -> "torch.add(" + sum + ", " + part + ")")
                .orElseThrow();
    }

    double of64(List<Tensor> outputs) {
        double sum = 0;
        for (int i = 0; i < outputs.size(); i++) {
            double[] values = outputs.get(i).toDoubles();
            double[] by = factors.get(i).toDoubles();
            for (int k = 0; k < values.length; k++) {
                sum += values[k] * by[k];
            }
        }
        return sum;
    }
}
