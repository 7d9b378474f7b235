package dev.espalier.train.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Gradients of what has no case among ONNX's, or computes otherwise in training than in evaluation,
 * against the formula.
 */
class FormulaGradientsTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "Gelu(x) {approximate=\"none\"}",
                "Gelu(x) {approximate=\"tanh\"}",
                "Pow(x, two)"
            })
    void whatHasNoCasesHasTheGradientOfItsFormula(String call) {
        Model model =
                GraphText.parse(
                        """
                        opset 20
                        graph () -> (y: float[3])
                        x: float[3] = [-1.5, 0.25, 2]
                        two: float[] = 2
                        y = %s
                        """
                                .formatted(call));
        Tensor x = model.graph().constant("x").orElseThrow();
        Projection loss = Projection.of(List.of(x));
        Map<String, float[]> gradients =
                new LinkedHashMap<>(Slopes.gradients(Slopes.training(model, loss)));
        gradients.remove("two");
        Slopes.assertSlopes(
                gradients,
                Map.of("x", x.toDoubles()),
                values -> {
                    double[] y =
                            DoubleStream.of(values.get("x"))
                                    .map(
                                            v ->
                                                    call.startsWith("Pow")
                                                            ? v * v
                                                            : gelu(v, call.contains("tanh")))
                                    .toArray();
                    return loss.of64(List.of(Tensor.ofReals(DataType.DOUBLE, Shape.of(3), y)));
                });
    }

    private static double gelu(double x, boolean approximate) {
        double share =
                approximate
                        ? Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x))
                        : erf(x / Math.sqrt(2));
        return x / 2 * (1 + share);
    }

    /** The series of the error function, which converges for small numbers. */
    private static double erf(double x) {
        double term = x;
        double sum = x;
        for (int n = 1; n < 60; n++) {
            term *= -x * x / n;
            sum += term / (2 * n + 1);
        }
        return 2 / Math.sqrt(Math.PI) * sum;
    }

    /**
     * In training, batch normalization takes the statistics of the batch, and gradients through
     * them.
     */
    @Test
    void batchNormalizationHasTheGradientOfItsBatch() {
        Model model =
                GraphText.parse(
                        """
                        graph () -> (y: float[3,2,2,2])
                        x: float[3,2,2,2] = seed(1)
                        scale: float[2] = seed(2)
                        shift: float[2] = seed(3)
                        mean: float[2] = seed(4)
                        var: float[2] = [1, 2]
                        y = BatchNormalization(x, scale, shift, mean, var)
                        """);
        Projection loss = Projection.of(List.of(model.graph().constant("x").orElseThrow()));
        Map<String, double[]> at = new LinkedHashMap<>();
        for (String weight : List.of("x", "scale", "shift")) {
            at.put(weight, model.graph().constant(weight).orElseThrow().toDoubles());
        }
        Map<String, float[]> gradients = Slopes.gradients(Slopes.training(model, loss));
        assertThat(gradients).containsOnlyKeys("x", "scale", "shift");
        Slopes.assertSlopes(
                gradients,
                at,
                values ->
                        loss.of64(
                                List.of(
                                        Tensor.ofReals(
                                                DataType.DOUBLE,
                                                Shape.of(3, 2, 2, 2),
                                                normalized(values)))));
    }

    private static double[] normalized(Map<String, double[]> values) {
        double[] x = values.get("x");
        double[] y = new double[x.length];
        int channels = 2;
        int area = 4;
        for (int c = 0; c < channels; c++) {
            int channel = c;
            int[] members =
                    IntStream.range(0, x.length)
                            .filter(i -> i / area % channels == channel)
                            .toArray();
            double mean = IntStream.of(members).mapToDouble(i -> x[i]).average().orElseThrow();
            double variance =
                    IntStream.of(members)
                            .mapToDouble(i -> (x[i] - mean) * (x[i] - mean))
                            .average()
                            .orElseThrow();
            for (int i : members) {
                y[i] =
                        (x[i] - mean)
                                        / Math.sqrt(variance + (double) 1e-5f)
                                        * values.get("scale")[c]
                                + values.get("shift")[c];
            }
        }
        return y;
    }

    @Test
    void castsOfRealsPassGradientsOn() {
        Model model =
                GraphText.parse(
                        """
                        graph () -> (y: float[6])
                        x: float[6] = seed(1)
                        d = Cast(x) {to=11}
                        y = Cast(d) {to=1}
                        """);
        Projection loss = Projection.of(List.of(model.graph().constant("x").orElseThrow()));
        assertThat(Slopes.gradients(Slopes.training(model, loss)).get("x"))
                .isEqualTo(loss.factors().get(0).toFloats());
    }

    @Test
    void whatDropoutKeepsHasItsScaleAsGradient() {
        Model model =
                GraphText.parse(
                        """
                        opset 11
                        graph () -> (y: float[400])
                        x: float[400] = seed(1)
                        y = Dropout(x) {ratio=0.25}
                        """);
        Projection loss = Projection.of(List.of(model.graph().constant("x").orElseThrow()));
        float[] gradient = Slopes.gradients(Slopes.training(model, loss)).get("x");
        int kept = 0;
        for (int i = 0; i < gradient.length; i++) {
            float factor = loss.factors().get(0).toFloats()[i];
            if (gradient[i] != 0) {
                kept++;
                assertThat(gradient[i]).isCloseTo(factor / 0.75f, within(1e-5f));
            }
        }
        assertThat(kept).isBetween(250, 350);
    }
}
