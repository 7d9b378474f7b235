package dev.espalier.core.internal.html;

import dev.espalier.core.report.CompressionReport;
import dev.espalier.core.report.Figures;
import dev.espalier.core.report.LatencyResult;
import dev.espalier.core.report.SpeedUp;
import dev.espalier.core.report.SummaryText;
import java.util.List;
import java.util.stream.DoubleStream;

/** Latency at every setting, with the forks' medians as dots on a line that begins at zero. */
final class LatencySection {
    private LatencySection() {}

    static void write(Html html, CompressionReport report) {
        List<List<LatencyResult>> pairs = report.original().latencyPairs(report.result());
        if (pairs.isEmpty()) {
            return;
        }
        html.open("section").element("h2", "Latency").line();
        html.open("div", "class", "scroll").open("table").open("thead").open("tr");
        html.element("th", "Setting").element("th", "");
        for (String head : List.of("Median", "Mean ± error", "95th", "Fastest", "Calls")) {
            html.element("th", head, "class", "number");
        }
        html.element("th", "Each fork's median", "class", "wide");
        html.element("th", "Speed-up", "class", "number");
        html.close("tr").close("thead").open("tbody").line();
        for (List<LatencyResult> pair : pairs) {
            double most = pair.stream().flatMapToDouble(LatencySection::forks).max().orElse(1);
            row(html, pair, 0, most);
            row(html, pair, 1, most);
        }
        html.close("tbody").close("table").close("div").line();
        html.element(
                "p",
                "A call runs one batch through ONNX Runtime, inputs random and already in memory. "
                        + "Each model was timed in fresh JVMs that took turns with the other's; "
                        + "the median is the median over these forks of each fork's median call. "
                        + "The error is half of the 99.9 % interval of the mean, over iterations. "
                        + "Speed-up = median before / median after; the range below it holds the "
                        + "true one 95 times of 100, by the pairs of forks that ran next to each "
                        + "other. Where it holds 1 there is no difference, and where it is wide "
                        + "only its end nearer to 1 is said.",
                "class",
                "define");
        html.close("section").line();
    }

    private static DoubleStream forks(LatencyResult result) {
        return result.forkP50Micros().isEmpty()
                ? DoubleStream.of(result.p50Micros())
                : result.forkP50Micros().stream().mapToDouble(Double::doubleValue);
    }

    private static void row(Html html, List<LatencyResult> pair, int which, double most) {
        LatencyResult result = pair.get(which);
        html.open("tr", "class", which == 0 ? "first" : "second");
        if (which == 0) {
            html.element("td", SummaryText.setting(result), "rowspan", "2");
        }
        html.open("td").open("span", "class", "key " + (which == 0 ? "before" : "after"));
        html.close("span").text(which == 0 ? "before" : "after").close("td");
        html.open("td", "class", "number");
        html.element("b", Figures.micros(result.p50Micros())).close("td");
        html.element(
                "td",
                "%s ± %s"
                        .formatted(
                                Figures.micros(result.meanMicros()),
                                Figures.micros(result.errorMicros())),
                "class",
                "number");
        html.element("td", Figures.micros(result.p95Micros()), "class", "number");
        html.element("td", Figures.micros(result.minMicros()), "class", "number");
        html.element("td", Figures.grouped(result.samples()), "class", "number");
        html.open("td", "class", "wide").open("svg", "class", "strip", "aria-hidden", "true");
        html.open("line", "x1", "0", "x2", "100%", "y1", "8", "y2", "8").close("line");
        forks(result)
                .forEach(
                        micros ->
                                html.open(
                                                "circle",
                                                "class",
                                                which == 0 ? "before" : "after",
                                                "cx",
                                                Html.share(0.97 * micros, most),
                                                "cy",
                                                "8",
                                                "r",
                                                "4")
                                        .close("circle"));
        html.close("svg").close("td");
        if (which == 0) {
            html.open("td", "class", "number", "rowspan", "2");
            SpeedUp speedUp = SpeedUp.of(pair);
            html.element("b", speedUp.change());
            html.element("small", speedUp.origin());
            html.close("td");
        }
        html.close("tr").line();
    }
}
