package dev.espalier.core.internal.html;

import dev.espalier.core.report.CompressionReport;
import dev.espalier.core.report.Figures;
import dev.espalier.core.report.NumberReport;
import java.util.List;
import java.util.Locale;

/** Bytes by data type, and the ranges of what is kept as integers, as bars on one scale. */
final class NumberSection {
    /** A signal-to-noise ratio that fills its bar, in decibels. */
    private static final double CLEAR = 50;

    private static final int MANY = 12;

    private NumberSection() {}

    static void write(Html html, CompressionReport report) {
        List<NumberReport.TypeBytes> types = report.numbers().types();
        List<NumberReport.QuantizedValue> values = report.numbers().values();
        if (types.isEmpty()) {
            return;
        }
        html.open("section").element("h2", "Numbers").line();
        types(html, types);
        if (!values.isEmpty()) {
            values(html, values);
        }
        html.close("section").line();
    }

    private static void types(Html html, List<NumberReport.TypeBytes> types) {
        double most =
                types.stream().mapToLong(t -> Math.max(t.before(), t.after())).max().orElse(1);
        html.open("div", "class", "scroll").open("table", "class", "layers");
        html.open("thead").open("tr").element("th", "Stored as").element("th", "", "class", "wide");
        html.element("th", "Before", "class", "number").element("th", "After", "class", "number");
        html.close("tr").close("thead").open("tbody").line();
        for (NumberReport.TypeBytes type : types) {
            html.open("tr").element("td", type.type()).open("td", "class", "wide");
            Bars.pair(html, type.before() / most, type.after() / most);
            html.close("td").element("td", Figures.bytes(type.before()), "class", "number");
            html.element("td", Figures.bytes(type.after()), "class", "number");
            html.close("tr").line();
        }
        html.close("tbody").close("table").close("div").line();
        html.element(
                        "p",
                        "Bytes of constants by data type; structure is the rest of the file.",
                        "class",
                        "define")
                .line();
    }

    private static void values(Html html, List<NumberReport.QuantizedValue> values) {
        double most = 1e-30;
        for (NumberReport.QuantizedValue value : values) {
            most = Math.max(most, Math.max(-value.low(), value.high()));
        }
        String[] state = values.size() > MANY ? new String[] {} : new String[] {"open", "open"};
        html.open("details", state)
                .element("summary", "All " + values.size() + " values kept in 8 bits");
        html.open("div", "class", "scroll").open("table", "class", "layers");
        html.open("thead").open("tr").element("th", "Value").element("th", "", "class", "wide");
        html.element("th", "From", "class", "number").element("th", "To", "class", "number");
        html.element("th", "", "class", "wide").element("th", "Signal to noise", "class", "number");
        html.close("tr").close("thead").open("tbody").line();
        for (NumberReport.QuantizedValue value : values) {
            html.open("tr").open("td").element("bdi", value.name(), "class", "node").close("td");
            html.open("td", "class", "wide");
            range(html, place(value.low(), most), place(value.high(), most));
            html.close("td").element("td", plain(value.low(), "%.4g"), "class", "number");
            html.element("td", plain(value.high(), "%.4g"), "class", "number");
            html.open("td", "class", "wide");
            Bars.single(html, "after", value.decibels() / CLEAR);
            html.close("td").element("td", plain(value.decibels(), "%.1f dB"), "class", "number");
            html.close("tr").line();
        }
        html.close("tbody").close("table").close("div").close("details").line();
        html.element(
                "p",
                "Zero is in the middle of the first bar; lengths grow with the square root, so that"
                        + " small ranges are seen. Signal to noise is that of the value in the"
                        + " integer model against the float one, 6 dB for each bit.",
                "class",
                "define");
    }

    /** From 0, the left end of a bar, to 100. */
    private static double place(double number, double most) {
        return 50 + 50 * Math.signum(number) * Math.sqrt(Math.abs(number) / most);
    }

    private static void range(Html html, double from, double to) {
        html.open("svg", "class", "bar", "aria-hidden", "true");
        html.open(
                        "rect",
                        "class",
                        "after",
                        "x",
                        Html.share(from, 100),
                        "y",
                        "0",
                        "width",
                        Html.share(to - from, 100),
                        "height",
                        "8",
                        "rx",
                        "2")
                .close("rect");
        html.close("svg");
    }

    private static String plain(double number, String format) {
        return Double.isFinite(number) ? String.format(Locale.ROOT, format, number) : Figures.NONE;
    }
}
