package dev.espalier.core.internal.html;

import dev.espalier.core.data.SignalToNoise;
import dev.espalier.core.pass.PassRun.LayerError;
import dev.espalier.core.report.CompressionReport;
import dev.espalier.core.report.PassReport;
import java.util.List;
import java.util.Locale;

/** Which layers the output's error comes from, as bars. */
final class ErrorSection {
    private ErrorSection() {}

    static void write(Html html, CompressionReport report) {
        List<PassReport> passes =
                report.passes().stream().filter(pass -> !pass.layerErrors().isEmpty()).toList();
        if (passes.isEmpty()) {
            return;
        }
        html.open("section").element("h2", "Where the error arises").line();
        for (PassReport pass : passes) {
            html.element("h3", pass.id()).line();
            bars(html, pass.layerErrors());
        }
        html.element(
                "p",
                "Each layer's own error alone, without those of the layers before it, carried"
                        + " through the float network to its output: measured, one at a time. A"
                        + " bar is a share of the greatest. In decibels, 10 more is a tenth of the"
                        + " error.",
                "class",
                "define");
        html.close("section").line();
    }

    private static void bars(Html html, List<LayerError> errors) {
        double most = errors.get(0).noise();
        html.open("div", "class", "scroll").open("table", "class", "layers");
        html.open("thead").open("tr").element("th", "Layer").element("th", "", "class", "wide");
        html.element("th", "Output's signal to noise", "class", "number");
        html.close("tr").close("thead").open("tbody").line();
        for (LayerError error : errors) {
            html.open("tr").open("td").element("bdi", error.layer(), "class", "node").close("td");
            html.open("td", "class", "wide");
            Bars.single(html, "after", error.noise() / most);
            html.close("td");
            html.element(
                    "td",
                    String.format(Locale.ROOT, "%.1f dB", SignalToNoise.decibels(error.noise())),
                    "class",
                    "number");
            html.close("tr").line();
        }
        html.close("tbody").close("table").close("div").line();
    }
}
