package dev.espalier.core.metric;

/**
 * {@code mae}: mean of {@code |output - target|} over examples and the numbers of the first output,
 * in the unit of the targets.
 */
public final class MeanAbsoluteError implements Metric {
    @Override
    public String id() {
        return "mae";
    }

    @Override
    public boolean isHigherBetter() {
        return false;
    }

    @Override
    public boolean isRatio() {
        return false;
    }

    @Override
    public Needs needs() {
        return Needs.TARGETS;
    }

    @Override
    public Tally begin() {
        return new TargetError(difference -> difference, mean -> mean);
    }
}
