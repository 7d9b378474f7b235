package dev.espalier.runtime;

import dev.espalier.core.DataException;
import dev.espalier.core.data.Batch;
import dev.espalier.core.data.Dataset;
import dev.espalier.core.ir.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * How far two models of the same inputs and outputs agree. With y and y' an output of the first and
 * the second model:
 *
 * @param samples number of examples both were run on
 * @param largestDifference {@code max |y - y'|} over all outputs and examples
 * @param relativeDifference the largest, over the outputs, of {@code max |y - y'| / max |y|}: the
 *     difference relative to the output's scale
 * @param signalToNoise {@code 10 log10(sum y^2 / sum (y - y')^2)} over all examples, first output,
 *     in decibels; infinite where nothing differs
 * @param cosine mean over the examples of {@code <y, y'> / (|y| |y'|)}, first output; 1 where both
 *     are zero
 * @param top1Agreement share of examples, 0 to 1, for which the first output has its highest number
 *     at the same place
 */
public record Agreement(
        int samples,
        double largestDifference,
        double relativeDifference,
        double signalToNoise,
        double cosine,
        double top1Agreement) {

    /** Compares on all examples of {@code data}. */
    public static Agreement on(Dataset data, OrtModel first, OrtModel second) {
        Measure measure = new Measure(first, second);
        try (ModelFeed feed = new ModelFeed(data, first.inputs())) {
            while (feed.hasNext()) {
                Batch batch = feed.next();
                measure.add(feed.feeds(batch), batch.size());
                feed.done(batch);
            }
        }
        return measure.result();
    }

    /**
     * Compares on given inputs.
     *
     * @param runs inputs by name; the first axis of each is the batch
     */
    public static Agreement on(
            Iterable<Map<String, Tensor>> runs, OrtModel first, OrtModel second) {
        Measure measure = new Measure(first, second);
        for (Map<String, Tensor> inputs : runs) {
            measure.add(
                    inputs,
                    inputs.values().stream()
                            .filter(tensor -> tensor.shape().rank() > 0)
                            .mapToInt(tensor -> Math.toIntExact(tensor.shape().size(0)))
                            .findFirst()
                            .orElse(1));
        }
        return measure.result();
    }

    private static final class Measure {
        private final OrtModel first;
        private final OrtModel second;
        private final double[] largest;
        private final double[] scale;
        private int samples;
        private int agreeing;
        private double cosines;
        private double signal;
        private double noise;

        Measure(OrtModel first, OrtModel second) {
            this.first = first;
            this.second = second;
            if (first.outputs().size() != second.outputs().size()) {
                throw new DataException(
                        "the models have the outputs %s and %s, which cannot be compared"
                                .formatted(first.outputs().keySet(), second.outputs().keySet()));
            }
            this.largest = new double[first.outputs().size()];
            this.scale = new double[largest.length];
        }

        /**
         * @param examples rows of the batch to look at; the rest is padding
         */
        void add(Map<String, Tensor> inputs, int examples) {
            List<Tensor> expected = new ArrayList<>(first.run(inputs).values());
            List<Tensor> found = new ArrayList<>(second.run(inputs).values());
            for (int i = 0; i < largest.length; i++) {
                if (!expected.get(i).shape().equals(found.get(i).shape())) {
                    throw new DataException(
                            ("output %s is %s of the first model and %s of the "
                                            + "second; they cannot be compared")
                                    .formatted(i, expected.get(i).type(), found.get(i).type()));
                }
                addOutput(i, expected.get(i), found.get(i), examples);
            }
            samples += examples;
        }

        private void addOutput(int output, Tensor expected, Tensor found, int examples) {
            float[] y = expected.toFloats();
            float[] z = found.toFloats();
            for (int i = 0; i < y.length; i++) {
                // Equal infinities agree; any other pair with NaN or infinity differs without
                // bound.
                double difference = y[i] == z[i] ? 0 : Math.abs((double) y[i] - z[i]);
                largest[output] =
                        Double.isNaN(difference)
                                ? Double.POSITIVE_INFINITY
                                : Math.max(largest[output], difference);
                scale[output] = Math.max(scale[output], Math.abs(y[i]));
            }
            int rows = expected.shape().rank() == 0 ? 1 : (int) expected.shape().size(0);
            if (output > 0) {
                return;
            }
            if (rows < examples) {
                throw new DataException(
                        "the models give %s rows for %s examples; their batch axis is not the first"
                                .formatted(rows, examples));
            }
            int width = y.length / rows;
            for (int row = 0; row < examples; row++) {
                addRow(y, z, row * width, width);
            }
        }

        private void addRow(float[] y, float[] z, int from, int width) {
            double dot = 0;
            double yy = 0;
            double zz = 0;
            int bestY = from;
            int bestZ = from;
            for (int i = from; i < from + width; i++) {
                dot += (double) y[i] * z[i];
                yy += (double) y[i] * y[i];
                zz += (double) z[i] * z[i];
                double difference = y[i] == z[i] ? 0 : (double) y[i] - z[i];
                noise += difference * difference;
                bestY = y[i] > y[bestY] ? i : bestY;
                bestZ = z[i] > z[bestZ] ? i : bestZ;
            }
            signal += yy;
            cosines +=
                    yy == 0 && zz == 0 ? 1 : dot / Math.max(Double.MIN_NORMAL, Math.sqrt(yy * zz));
            agreeing += bestY == bestZ ? 1 : 0;
        }

        Agreement result() {
            if (samples == 0) {
                throw new DataException("there are no examples to compare the models on");
            }
            double difference = 0;
            double relative = 0;
            for (int i = 0; i < largest.length; i++) {
                difference = Math.max(difference, largest[i]);
                relative = Math.max(relative, largest[i] == 0 ? 0 : largest[i] / scale[i]);
            }
            return new Agreement(
                    samples,
                    difference,
                    relative,
                    noise == 0 ? Double.POSITIVE_INFINITY : 10 * Math.log10(signal / noise),
                    cosines / samples,
                    (double) agreeing / samples);
        }
    }
}
