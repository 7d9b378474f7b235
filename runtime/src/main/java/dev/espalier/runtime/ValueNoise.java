package dev.espalier.runtime;

import dev.espalier.core.data.Dataset;
import dev.espalier.core.data.SignalToNoise;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.TensorType;
import java.nio.FloatBuffer;
import java.util.Collection;
import java.util.HashMap;
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
        Map<String, Copy> changed = new HashMap<>();
        try (OrtModel a = runner.open(exact, asked);
                OrtModel b = runner.open(rounded, asked)) {
            int batch = batch(exact);
            for (int from = 0; from + batch <= Math.min(count, examples.size()); from += batch) {
                Map<String, Tensor> inputs =
                        examples.batch(IntStream.range(from, from + batch).toArray()).inputs();
                b.run(inputs, (name, y) -> changed.put(name, Copy.of(y, changed.get(name))));
                a.run(inputs, (name, x) -> changed.get(name).compare(x, sums.get(name)));
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

    /** A value of one run, in memory that the next run's takes over. */
    private record Copy(TensorType type, FloatBuffer numbers) {
        static Copy of(Tensor value, Copy last) {
            FloatBuffer source =
                    value.dataType().isFloating()
                            ? ValueNoise.numbers(value)
                            : FloatBuffer.allocate(0);
            FloatBuffer target =
                    last != null && last.numbers.capacity() == source.remaining()
                            ? last.numbers.clear()
                            : FloatBuffer.allocate(source.remaining());
            return new Copy(value.type(), target.put(source).flip());
        }

        /** Values that have another shape are not compared. */
        void compare(Tensor exact, SignalToNoise sum) {
            if (exact.shape().equals(type.shape())
                    && exact.dataType().isFloating()
                    && type.dataType().isFloating()) {
                sum.add(ValueNoise.numbers(exact), numbers);
            }
        }
    }

    private static FloatBuffer numbers(Tensor tensor) {
        return tensor.dataType() == DataType.FLOAT
                ? tensor.bytes().asFloatBuffer()
                : FloatBuffer.wrap(tensor.toFloats());
    }
}
