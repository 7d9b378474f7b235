package dev.espalier.core.report;

import java.util.Locale;

/**
 * Numbers as people read them: three significant digits, the unit behind a space, decimal prefixes
 * (1 kB is 1000 bytes). A percentage is a ratio everywhere but here.
 */
public final class Figures {
    /** What stands for a figure that was not taken. */
    public static final String NONE = "–";

    private static final double MINUTE = 60;

    private Figures() {}

    public static String bytes(long bytes) {
        return scaled(bytes, 1000, "B", "kB", "MB", "GB", "TB");
    }

    /** A count such as of parameters or MACs: {@code 40.6 M}. */
    public static String count(long count) {
        return scaled(count, 1000, "", "k", "M", "G", "T");
    }

    /** MACs of the layers that were counted: {@code at least 40.6 M} where some were not. */
    public static String macs(long macs, int uncounted) {
        return (uncounted > 0 ? "at least " : "") + count(macs);
    }

    public static String micros(double micros) {
        return scaled(micros, 1000, "µs", "ms", "s");
    }

    public static String seconds(double seconds) {
        if (seconds < MINUTE) {
            return scaled(seconds * 1e6, 1000, "µs", "ms", "s");
        }
        long whole = Math.round(seconds);
        return whole < 3600
                ? String.format(Locale.ROOT, "%s min %02d s", whole / 60, whole % 60)
                : String.format(Locale.ROOT, "%s h %02d min", whole / 3600, whole % 3600 / 60);
    }

    /** A ratio from 0 to 1 with two digits: {@code 91.73 %}. */
    public static String percent(double ratio) {
        return Double.isFinite(ratio) ? String.format(Locale.ROOT, "%.2f %%", ratio * 100) : NONE;
    }

    /** The difference of two ratios: {@code −1.02 points}, with a sign. */
    public static String points(double difference) {
        if (!Double.isFinite(difference)) {
            return NONE;
        }
        String number = String.format(Locale.ROOT, "%.2f", Math.abs(difference) * 100);
        boolean zero = number.equals("0.00");
        return (zero ? "" : difference < 0 ? "−" : "+") + number + " points";
    }

    /** A value of a metric: a percentage, but for a loss. */
    public static String metric(String name, double value) {
        return isRatio(name) ? percent(value) : plain(value);
    }

    /** Whether a metric of this name goes from 0 to 1, where nothing else tells. */
    public static boolean isRatio(String name) {
        return !name.contains("loss");
    }

    /** A metric's name in a table: {@code top1} is {@code top-1}. */
    public static String metricName(String name) {
        return switch (name) {
            case "top1" -> "top-1";
            case "top5" -> "top-5";
            default -> name;
        };
    }

    /** {@code old / new} with three digits: {@code 3.93×}. */
    public static String times(double ratio) {
        return Double.isFinite(ratio) ? digits(ratio) + "×" : NONE;
    }

    /** A number with up to four significant digits. */
    public static String plain(double value) {
        if (!Double.isFinite(value)) {
            return NONE;
        }
        if (value == Math.rint(value) && Math.abs(value) < 1e9) {
            return Long.toString((long) value);
        }
        String text = String.format(Locale.ROOT, "%.4g", value);
        return text.contains(".") && !text.contains("e")
                ? text.replaceAll("0+$", "").replaceAll("\\.$", "")
                : text;
    }

    /** A whole number with thin groups of three: {@code 10 000}. */
    public static String grouped(long number) {
        return String.format(Locale.ROOT, "%,d", number).replace(',', '\u00a0');
    }

    private static String scaled(double value, double step, String... units) {
        if (!Double.isFinite(value)) {
            return NONE;
        }
        int unit = 0;
        // 999.6 would be shown as 1000.
        while (Math.abs(value) >= step - 0.5 && unit < units.length - 1) {
            value /= step;
            unit++;
        }
        boolean whole = unit == 0 && value == Math.rint(value);
        String number = whole ? Long.toString((long) value) : digits(value);
        return (number + " " + units[unit]).strip();
    }

    private static String digits(double value) {
        double size = Math.abs(value);
        int decimals = size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2;
        return String.format(Locale.ROOT, "%." + decimals + "f", value);
    }
}
