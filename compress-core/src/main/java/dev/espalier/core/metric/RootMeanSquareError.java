package dev.espalier.core.metric;

/**
 * {@code rmse}: square root of the mean of {@code (output - target)^2} over examples and the
 * numbers of the first output, in the unit of the targets.
 */
public final class RootMeanSquareError implements Metric {
    @Override
    public String id() {
        return "rmse";
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
        return new TargetError(difference -> difference * difference, Math::sqrt);
    }
}
