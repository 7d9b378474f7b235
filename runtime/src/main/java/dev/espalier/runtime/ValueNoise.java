package dev.espalier.runtime;

import dev.espalier.core.data.Dataset;
import dev.espalier.core.data.SignalToNoise;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Tensor;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The {@link SignalToNoise} ratio of values of one model against those of the same names in
 * another, over all elements of all examples.
 */
public final class ValueNoise {
    private ValueNoise() {}

    /**
     * @param values names that both models make
     * @param count examples to run, one at a time, or as many as a fixed first dimension takes
     * @return decibels by value, without those that are zero everywhere
     */
    public static Map<String, Double> of(
            Model exact, Model rounded, Collection<String> values, Dataset examples, int count) {
        Map<String, SignalToNoise> sums = new LinkedHashMap<>();
        values.forEach(value -> sums.put(value, new SignalToNoise()));
        if (values.isEmpty()) {
            return Map.of();
        }
        List<String> asked = List.copyOf(sums.keySet());
        OrtRunner runner = new OrtRunner(SessionSettings.DEFAULT);
        try (OrtModel a = runner.open(exact, asked);
                OrtModel b = runner.open(rounded, asked)) {
            int batch = batch(exact);
            for (int from = 0; from + batch <= Math.min(count, examples.size()); from += batch) {
                Map<String, Tensor> inputs =
                        examples.batch(IntStream.range(from, from + batch).toArray()).inputs();
                Map<String, Tensor> x = a.run(inputs);
                Map<String, Tensor> y = b.run(inputs);
                sums.forEach((name, sum) -> add(sum, x.get(name), y.get(name)));
            }
        }
        Map<String, Double> decibels = new LinkedHashMap<>();
        sums.forEach(
                (name, sum) -> {
                    if (sum.signal() > 0) {
                        decibels.put(name, sum.decibels());
                    }
                });
        return decibels;
    }

    private static int batch(Model model) {
        return model.graph().feeds().stream()
                .flatMap(feed -> feed.type().stream())
                .map(type -> type.shape())
                .filter(shape -> shape.isRanked() && shape.rank() > 0 && shape.dim(0).isFixed())
                .map(shape -> Math.toIntExact(Math.max(1, shape.size(0))))
                .findFirst()
                .orElse(1);
    }

    /** Values that have another shape are not compared. */
    private static void add(SignalToNoise sum, Tensor exact, Tensor rounded) {
        if (exact.shape().equals(rounded.shape())
                && exact.dataType().isFloating()
                && rounded.dataType().isFloating()) {
            sum.add(exact.toFloats(), rounded.toFloats());
        }
    }
}
