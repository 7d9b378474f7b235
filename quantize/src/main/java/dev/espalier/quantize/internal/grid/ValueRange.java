package dev.espalier.quantize.internal.grid;

/** The closed interval of real values that a grid has to cover. */
public record ValueRange(float low, float high) {
    public ValueRange {
        if (!(low <= high) || Float.isInfinite(low) || Float.isInfinite(high)) {
            throw new IllegalArgumentException("no range: " + low + " to " + high);
        }
    }

    /** Its length, zero included. */
    public double reach() {
        return Math.max((double) high, 0) - Math.min((double) low, 0);
    }

    /** Of the value in it that is farthest from zero. */
    public double magnitude() {
        return Math.max(Math.abs(low), Math.abs(high));
    }

    /** This range clipped to {@code least..greatest}. */
    public ValueRange clipped(float least, float greatest) {
        return new ValueRange(
                Math.min(Math.max(low, least), greatest),
                Math.max(Math.min(high, greatest), least));
    }
}
