package dev.espalier.train.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.Value;
import dev.espalier.core.recipe.Options;
import dev.espalier.train.regime.Precision;
import dev.espalier.train.regime.ProgramSettings;
import dev.espalier.train.regime.Regime;
import java.util.Map;
import java.util.SplittableRandom;

/** What tests feed to programs, and how near their results have to be. */
public final class Programs {
    /** A regime that computes in float32 whatever the machine can. */
    static final Regime EXACT =
            Options.defaults(Regime.class)
                    .withProgram(new ProgramSettings(Precision.FLOAT32, false));

    private Programs() {}

    public static Map<String, Tensor> feeds(Model model, int batch) {
        Value input = model.graph().feeds().get(0);
        Shape shape = InputShapes.ofBatch(batch).bind(input).shape();
        SplittableRandom random = new SplittableRandom(5);
        float[] values = new float[Math.toIntExact(shape.elementCount())];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextDouble(-1, 1);
        }
        return Map.of(input.name(), Tensor.ofFloats(shape, values));
    }

    public static void assertClose(Tensor actual, Tensor expected, double tolerance) {
        assertThat(actual.shape()).isEqualTo(expected.shape());
        float[] a = actual.toFloats();
        float[] e = expected.toFloats();
        double scale = 1;
        for (float value : e) {
            scale = Math.max(scale, Math.abs(value));
        }
        for (int i = 0; i < a.length; i++) {
            assertThat(a[i])
                    .as("element %d", i)
                    .isCloseTo(e[i], within((float) (tolerance * scale)));
        }
    }
}
