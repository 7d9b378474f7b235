package dev.espalier.cli;

import java.time.Duration;
import java.util.Locale;

/** Numbers as people read them. */
final class Units {
    private Units() {}

    /** Bytes in powers of 1024: {@code 1.08 MiB}. */
    static String bytes(long bytes) {
        if (bytes < 1024) {
            return bytes + " B";
        }
        return bytes < 1 << 20
                ? format("%.1f KiB", bytes / 1024.0)
                : bytes < 1L << 30
                        ? format("%.2f MiB", bytes / 1048576.0)
                        : format("%.2f GiB", bytes / 1073741824.0);
    }

    /** A count in powers of 1000: {@code 41.0 M}. */
    static String count(long count) {
        if (count < 10_000) {
            return Long.toString(count);
        }
        return count < 1_000_000
                ? format("%.1f k", count / 1e3)
                : count < 1_000_000_000
                        ? format("%.2f M", count / 1e6)
                        : format("%.2f G", count / 1e9);
    }

    /** A ratio from 0 to 1 as percent. */
    static String percent(double ratio) {
        return format("%.2f %%", 100 * ratio);
    }

    static String times(double ratio) {
        return Double.isFinite(ratio) ? format("%.2f×", ratio) : "-";
    }

    static String micros(double micros) {
        return micros < 1000 ? format("%.1f µs", micros) : format("%.3f ms", micros / 1000);
    }

    static String duration(double seconds) {
        Duration duration = Duration.ofMillis(Math.round(seconds * 1000));
        if (seconds < 60) {
            return format("%.1f s", seconds);
        }
        return duration.toHours() > 0
                ? format("%d h %02d min", duration.toHours(), duration.toMinutesPart())
                : format("%d min %02d s", duration.toMinutes(), duration.toSecondsPart());
    }

    static String format(String pattern, Object... arguments) {
        return String.format(Locale.ROOT, pattern, arguments);
    }
}
