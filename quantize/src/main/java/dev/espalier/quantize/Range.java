package dev.espalier.quantize;

/** The closed interval of real values that a grid has to cover. */
record Range(float low, float high) {
    Range {
        if (!(low <= high) || Float.isInfinite(low) || Float.isInfinite(high)) {
            throw new IllegalArgumentException("no range: " + low + " to " + high);
        }
    }

    /** This range clipped to {@code least..greatest}. */
    Range clipped(float least, float greatest) {
        return new Range(
                Math.min(Math.max(low, least), greatest),
                Math.max(Math.min(high, greatest), least));
    }
}
