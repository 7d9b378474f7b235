package dev.espalier.core.choice;

/**
 * What an alternative costs, or what several do together: costs of decisions add up. Only
 * differences count, so that each may be less than 0: what it is more than something else.
 *
 * @param error in one unit for all decisions
 * @param micros microseconds of one run
 * @param bytes of the file
 */
public record Costs(double error, double micros, double bytes) {
    public static final Costs NONE = new Costs(0, 0, 0);

    public Costs {
        if (Double.isNaN(error) || Double.isNaN(micros) || Double.isNaN(bytes)) {
            throw new IllegalArgumentException(
                    "costs are numbers, found an error of %s, %s µs, %s bytes"
                            .formatted(error, micros, bytes));
        }
    }

    /** One of them. */
    public double of(Measure measure) {
        return switch (measure) {
            case ERROR -> error;
            case MICROS -> micros;
            case BYTES -> bytes;
        };
    }

    public Costs plus(Costs other) {
        return new Costs(error + other.error, micros + other.micros, bytes + other.bytes);
    }

    public Costs minus(Costs other) {
        return new Costs(error - other.error, micros - other.micros, bytes - other.bytes);
    }
}
