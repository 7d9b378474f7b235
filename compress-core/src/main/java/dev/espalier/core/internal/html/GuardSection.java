package dev.espalier.core.internal.html;

import dev.espalier.core.pass.PassRun.Attempt;
import dev.espalier.core.report.CompressionReport;
import dev.espalier.core.report.Figures;
import dev.espalier.core.report.PassReport;
import java.util.List;
import java.util.Locale;

/** What the recipe's guard tried where a pass lost too much: a table, the cheapest remedy first. */
final class GuardSection {
    private static final double POINTS = 100;

    private GuardSection() {}

    static void write(Html html, CompressionReport report) {
        List<PassReport> passes =
                report.passes().stream().filter(pass -> !pass.attempts().isEmpty()).toList();
        if (passes.isEmpty()) {
            return;
        }
        html.open("section").element("h2", "What the guard tried").line();
        for (PassReport pass : passes) {
            html.element("h3", pass.id()).line();
            table(html, pass.attempts());
        }
        html.element(
                "p",
                "Top-1 lost and answers changed are of validation examples, against the network"
                        + " that the pass was given; beside them their standard errors. Examples"
                        + " that the network was trained on lose less than others, so that both are"
                        + " bounded. Times were measured briefly. The line in bold is what the pass"
                        + " returned.",
                "class",
                "define");
        html.close("section").line();
    }

    private static void table(Html html, List<Attempt> attempts) {
        html.open("div", "class", "scroll").open("table").open("thead").open("tr");
        html.element("th", "Tried");
        for (String head :
                List.of("Top-1 lost", "Answers changed", "Examples", "Size", "Time", "Bounds")) {
            html.element("th", head, "class", "number");
        }
        html.close("tr").close("thead").open("tbody").line();
        for (Attempt attempt : attempts) {
            html.open("tr").open("td");
            html.element(attempt.taken() ? "b" : "span", attempt.what()).close("td");
            cell(html, points(attempt.drop()), "± " + points(attempt.dropError()));
            html.element("td", Figures.percent(attempt.changed()), "class", "number");
            html.element("td", Figures.plain(attempt.examples()), "class", "number");
            html.element("td", Figures.bytes(attempt.bytes()), "class", "number");
            html.element(
                    "td",
                    Double.isFinite(attempt.micros())
                            ? Figures.micros(attempt.micros())
                            : Figures.NONE,
                    "class",
                    "number");
            html.element("td", attempt.holds() ? "hold" : "broken", "class", "number");
            html.close("tr").line();
        }
        html.close("tbody").close("table").close("div").line();
    }

    private static String points(double ratio) {
        return Double.isFinite(ratio)
                ? String.format(Locale.ROOT, "%.2f", POINTS * ratio)
                : Figures.NONE;
    }

    private static void cell(Html html, String value, String error) {
        html.open("td", "class", "number").text(value);
        html.element("small", error).close("td");
    }
}
