package dev.espalier.core.metric;

import java.util.function.DoubleUnaryOperator;

/** Mean over all numbers of the first output of a function of {@code |output - target|}. */
final class TargetError implements Metric.Tally {
    private final DoubleUnaryOperator each;
    private final DoubleUnaryOperator last;
    private double sum;
    private long count;

    /**
     * @param each of an absolute difference
     * @param last of the mean
     */
    TargetError(DoubleUnaryOperator each, DoubleUnaryOperator last) {
        this.each = each;
        this.last = last;
    }

    @Override
    public void add(OutputBatch batch) {
        float[] wanted = batch.targetsLikeFirst().toFloats();
        double[] found = batch.first().toDoubles();
        for (int i = 0; i < found.length; i++) {
            sum += each.applyAsDouble(Math.abs(found[i] - wanted[i]));
        }
        count += found.length;
    }

    @Override
    public double value() {
        return last.applyAsDouble(sum / count);
    }
}
