package dev.espalier.train;

import dev.espalier.core.data.Batch;
import dev.espalier.core.data.BatchStream;
import dev.espalier.core.data.Batching;
import dev.espalier.core.data.Dataset;
import dev.espalier.core.data.ModelRunner;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Mean and variance of each channel (axis 1) of values of a network over a dataset. */
final class ChannelStatistics {
    private static final int BATCH = 16;

    private final double[] sums;
    private final double[] squares;
    private long count;

    private ChannelStatistics(int channels) {
        sums = new double[channels];
        squares = new double[channels];
    }

    /** The statistics of {@code values} by name, measured in one pass over {@code data}. */
    static Map<String, ChannelStatistics> measure(
            Model model, List<String> values, Dataset data, ModelRunner runner) {
        Map<String, ChannelStatistics> statistics = new HashMap<>();
        try (ModelRunner.Session session = runner.open(model, values);
                BatchStream batches = BatchStream.open(data, Batching.inOrder(BATCH), 0)) {
            while (batches.hasNext()) {
                Batch batch = batches.next();
                session.run(batch.inputs())
                        .forEach(
                                (name, tensor) ->
                                        statistics
                                                .computeIfAbsent(
                                                        name,
                                                        n ->
                                                                new ChannelStatistics(
                                                                        channels(tensor)))
                                                .add(tensor));
                batches.recycle(batch);
            }
        }
        return statistics;
    }

    private static int channels(Tensor tensor) {
        return Math.toIntExact(tensor.shape().size(1));
    }

    private void add(Tensor tensor) {
        Shape shape = tensor.shape();
        int area = Math.toIntExact(tensor.elementCount() / shape.size(0) / shape.size(1));
        FloatBuffer elements = tensor.bytes().asFloatBuffer();
        for (long example = 0; example < shape.size(0); example++) {
            for (int channel = 0; channel < sums.length; channel++) {
                double sum = 0;
                double square = 0;
                for (int i = 0; i < area; i++) {
                    double element = elements.get();
                    sum += element;
                    square += element * element;
                }
                sums[channel] += sum;
                squares[channel] += square;
            }
        }
        count += shape.size(0) * area;
    }

    float[] means() {
        float[] means = new float[sums.length];
        for (int i = 0; i < means.length; i++) {
            means[i] = (float) (sums[i] / count);
        }
        return means;
    }

    float[] variances() {
        float[] variances = new float[sums.length];
        for (int i = 0; i < variances.length; i++) {
            double mean = sums[i] / count;
            variances[i] = (float) Math.max(0, squares[i] / count - mean * mean);
        }
        return variances;
    }
}
