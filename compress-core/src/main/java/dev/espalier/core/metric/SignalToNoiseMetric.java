package dev.espalier.core.metric;

/**
 * {@code signal-to-noise}: {@code 10 log10(sum y^2 / sum (y - z)^2)} in decibels, over all
 * examples, with y an output of the original model and z that of the judged one; of several outputs
 * the lowest ratio. 200 stands for anything higher, such as equal outputs.
 */
public final class SignalToNoiseMetric implements Metric {
    @Override
    public String id() {
        return "signal-to-noise";
    }

    @Override
    public boolean isHigherBetter() {
        return true;
    }

    @Override
    public boolean isRatio() {
        return false;
    }

    @Override
    public Needs needs() {
        return Needs.ORIGINAL;
    }

    @Override
    public Tally begin() {
        return new NoiseTally();
    }
}
