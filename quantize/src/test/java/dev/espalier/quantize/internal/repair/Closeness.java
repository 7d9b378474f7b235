package dev.espalier.quantize.internal.repair;

import dev.espalier.core.data.InputBatches;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.pass.PassContext;
import java.util.Map;

/** How near one model's first output is to another's, on test data. */
public final class Closeness {
    private Closeness() {}

    /** Power of the exact output over that of the difference, in decibels. */
    public static double decibels(Model exact, Model other, PassContext context) {
        String output = exact.graph().outputs().get(0).name();
        double signal = 0;
        double noise = 0;
        try (var a = context.runner().open(exact);
                var b = context.runner().open(other)) {
            for (Map<String, Tensor> batch :
                    InputBatches.of(exact, context.data().test(), Integer.MAX_VALUE)) {
                float[] x = a.run(batch).get(output).toFloats();
                float[] y = b.run(batch).get(output).toFloats();
                for (int i = 0; i < x.length; i++) {
                    signal += (double) x[i] * x[i];
                    noise += ((double) x[i] - y[i]) * ((double) x[i] - y[i]);
                }
            }
        }
        return 10 * Math.log10(signal / noise);
    }
}
