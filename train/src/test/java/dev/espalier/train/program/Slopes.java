package dev.espalier.train.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.train.internal.torch.TorchModule;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** Gradients of training programs, and what they are compared with. */
final class Slopes {
    private static final double TOLERANCE = 1e-4;
    private static final double STEP = 1e-6;

    /** What differences of float64 losses leave of a slope of 0. */
    private static final double NOISE = 1e-7;

    /** Elements of a weight that are nudged, evenly spread over it. */
    private static final int NUDGED = 24;

    private Slopes() {}

    /** A program that trains all float constants of {@code model} in float32. */
    static TorchProgram training(Model model, Objective objective) {
        return TorchProgram.training(
                model, InputShapes.ofBatch(1), 1, objective, Programs.EXACT, Map.of());
    }

    /** Gradients of the network's weights; {@code part} gives them as its leaves come. */
    static Map<String, float[]> gradients(TorchProgram program) {
        Map<String, float[]> gradients = new LinkedHashMap<>();
        try (TorchModule module = TorchModule.load(program.archive())) {
            List<Tensor> results =
                    module.run("part", List.of(Tensor.ofLongs(Shape.of(1), 0L))).stream()
                            .skip(2)
                            .toList();
            List<Slot> leaves =
                    program.state().stream()
                            .filter(
                                    slot ->
                                            slot.kind() == Slot.Kind.WEIGHT
                                                    || slot.kind() == Slot.Kind.COMPANION)
                            .toList();
            for (int i = 0; i < results.size(); i++) {
                if (leaves.get(i).kind() == Slot.Kind.WEIGHT) {
                    gradients.put(leaves.get(i).name(), results.get(i).toFloats());
                }
            }
        }
        return gradients;
    }

    /**
     * Compares to 1e-4 of the weight's steepest slope, where the function is smooth: at a kink,
     * such as Relu's at 0, its slopes to the left and to the right differ, and any number between
     * is a gradient.
     */
    static void assertSlopes(
            Map<String, float[]> gradients,
            Map<String, double[]> at,
            ToDoubleFunction<Map<String, double[]>> loss) {
        assertThat(gradients).isNotEmpty();
        double here = loss.applyAsDouble(at);
        gradients.forEach(
                (weight, gradient) -> {
                    int stride = Math.max(1, gradient.length / NUDGED);
                    List<double[]> slopes = new ArrayList<>();
                    double steepest = 0;
                    for (int i = 0; i < gradient.length; i += stride) {
                        double left = slope(loss, at, weight, i, -STEP, here);
                        double right = slope(loss, at, weight, i, STEP, here);
                        slopes.add(new double[] {Math.min(left, right), Math.max(left, right)});
                        steepest = Math.max(steepest, Math.max(Math.abs(left), Math.abs(right)));
                    }
                    double within = Math.max(NOISE, TOLERANCE * steepest);
                    for (int k = 0; k < slopes.size(); k++) {
                        assertThat((double) gradient[k * stride])
                                .as("%s[%d]", weight, k * stride)
                                .isBetween(slopes.get(k)[0] - within, slopes.get(k)[1] + within);
                    }
                });
    }

    private static double slope(
            ToDoubleFunction<Map<String, double[]>> loss,
            Map<String, double[]> at,
            String weight,
            int i,
            double step,
            double here) {
        double[] moved = at.get(weight).clone();
        moved[i] += step;
        Map<String, double[]> there = new LinkedHashMap<>(at);
        there.put(weight, moved);
        return (loss.applyAsDouble(there) - here) / step;
    }
}
