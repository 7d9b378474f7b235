package dev.espalier.groupconv;

/**
 * Sets the strength lambda of the regularization after each epoch: one step up where the share that
 * could be removed lags behind an even course to the target, one step down where the target is
 * reached.
 *
 * @param step by which lambda changes, and with which it begins
 * @param target share that shall be removed
 * @param warmup epochs before it is changed
 * @param epochs of the whole stage
 */
record LambdaController(double step, double target, int warmup, int epochs) {
    /**
     * Lambda after an epoch.
     *
     * @param epoch counted from 0
     * @param removed share that could be removed after it
     * @param before the same after the epoch before
     */
    double next(double lambda, int epoch, double removed, double before) {
        if (epoch < warmup) {
            return lambda;
        }
        if (removed >= target) {
            return Math.max(0, lambda - step);
        }
        boolean lags = removed - before < (target - removed) / (epochs - epoch);
        return lags ? lambda + step : lambda;
    }

    /** What steps use of it in an epoch, counted from 0. */
    double inEffect(double lambda, int epoch) {
        return epoch < warmup ? 0 : lambda;
    }
}
