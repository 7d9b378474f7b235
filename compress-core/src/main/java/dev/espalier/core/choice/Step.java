package dev.espalier.core.choice;

/**
 * Another alternative of one decision.
 *
 * @param gained by how much less the result costs in what is to become less
 * @param paid by how much more it costs in what that is paid with; less than 0 where it gives both
 */
public record Step<T>(
        Decision<T> decision, Alternative<T> from, Alternative<T> to, double gained, double paid) {
    /** What is gained for what is paid; infinite where nothing is. */
    public double rate() {
        return paid > 0 ? gained / paid : Double.POSITIVE_INFINITY;
    }
}
