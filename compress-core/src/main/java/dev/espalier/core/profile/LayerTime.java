package dev.espalier.core.profile;

/**
 * How long one layer takes.
 *
 * @param inputs channels
 * @param outputs channels; as many as {@code inputs} where the kind is channelwise
 * @param height of the map that it reads; of a product, the rows that it is computed for
 * @param width of that map; 1 of a product
 * @param micros median microseconds of one run, batch 1, the way into the runtime not counted
 */
public record LayerTime(
        Precision precision,
        LayerKind kind,
        int inputs,
        int outputs,
        int height,
        int width,
        double micros) {
    public LayerTime {
        if (inputs < 1 || outputs < 1 || height < 1 || width < 1) {
            throw new IllegalArgumentException(
                    "a layer of %s to %s channels and %s by %s pixels"
                            .formatted(inputs, outputs, height, width));
        }
        if (!(micros > 0) || Double.isInfinite(micros)) {
            throw new IllegalArgumentException("a time of " + micros + " microseconds");
        }
    }

    /** Of the map that it reads. */
    long pixels() {
        return (long) height * width;
    }
}
