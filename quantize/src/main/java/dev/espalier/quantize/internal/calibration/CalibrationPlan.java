package dev.espalier.quantize.internal.calibration;

import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.analysis.ShapeInference;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Which values are computed together for one sample, so that they fit into memory.
 *
 * @param parts of the values to compute
 * @param bytes of the largest part's values, as floats; those of unknown shape not counted
 */
record CalibrationPlan(List<List<String>> parts, long bytes) {
    /** Of one part's values. */
    static final long MOST_BYTES = 256L << 20;

    /** Of the values of all samples that are computed at a time. */
    static final long MOST_BYTES_AT_ONCE = 2 * MOST_BYTES;

    private static final int KILO = 1000;

    static CalibrationPlan of(Model model, List<String> values, InputShapes shapes) {
        return of(model, values, shapes, MOST_BYTES);
    }

    /**
     * @param values in the order of which they are divided
     * @param most bytes of a part, unless a single value has more
     */
    static CalibrationPlan of(Model model, List<String> values, InputShapes shapes, long most) {
        ShapeInference inference = ShapeInference.of(model, shapes);
        List<List<String>> parts = new ArrayList<>();
        List<String> part = new ArrayList<>();
        long sum = 0;
        long greatest = 0;
        for (String value : values) {
            Shape shape = inference.shape(value);
            long bytes = shape.isFixed() ? Float.BYTES * shape.elementCount() : 0;
            if (!part.isEmpty() && sum + bytes > most) {
                parts.add(List.copyOf(part));
                part.clear();
                sum = 0;
            }
            part.add(value);
            sum += bytes;
            greatest = Math.max(greatest, sum);
        }
        if (!part.isEmpty()) {
            parts.add(List.copyOf(part));
        }
        return new CalibrationPlan(List.copyOf(parts), greatest);
    }

    /**
     * How many samples may be computed at a time.
     *
     * @param most of them
     */
    int atOnce(int most) {
        long fit = bytes == 0 ? most : MOST_BYTES_AT_ONCE / bytes;
        return (int) Math.max(1, Math.min(most, fit));
    }

    /**
     * What is about to be done, with the memory that it takes; the time is the progress bar's.
     *
     * @param watched how many values
     * @param bytesKept of all of them, by each that looks
     * @param atOnce samples computed at a time
     */
    String announcement(int watched, long bytesKept, int atOnce) {
        return "calibration (%s values, %s of activations at a time, %s of counts%s)"
                .formatted(
                        watched,
                        text(atOnce * bytes),
                        text(atOnce * bytesKept),
                        parts.size() > 1 ? ", in " + parts.size() + " parts" : "");
    }

    private static String text(long bytes) {
        return bytes < KILO * KILO
                ? "%s kB".formatted((bytes + KILO - 1) / KILO)
                : String.format(Locale.ROOT, "%.1f MB", bytes / 1e6);
    }
}
