package dev.espalier.core.internal.html;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.core.report.CompressionReport;
import dev.espalier.core.report.Curve;
import dev.espalier.core.report.Figures;
import dev.espalier.core.report.PassReport;

/** What training showed on the way, as charts to point at; the script draws them with uPlot. */
final class CurveSection {
    private CurveSection() {}

    /** Whether any pass recorded at least two points of anything. */
    static boolean isNeeded(CompressionReport report) {
        return report.passes().stream()
                .flatMap(pass -> pass.curves().stream())
                .anyMatch(curve -> curve.points().size() > 1);
    }

    static void write(Html html, CompressionReport report) {
        if (!isNeeded(report)) {
            return;
        }
        html.open("section").element("h2", "Training").line();
        html.open("div", "class", "charts").line();
        for (PassReport pass : report.passes()) {
            for (Curve curve : pass.curves()) {
                if (curve.points().size() > 1) {
                    chart(html, pass.id(), curve);
                }
            }
        }
        html.close("div").line();
        html.element("p", "By epoch; point at a curve for its figures.", "class", "define");
        html.close("section").line();
    }

    private static void chart(Html html, String pass, Curve curve) {
        double first = curve.points().get(0).value();
        double last = curve.points().get(curve.points().size() - 1).value();
        html.open("figure");
        html.element("figcaption", pass + ": " + curve.name());
        html.open("div", "class", "curve", "data-curve", data(curve)).close("div");
        html.element(
                "p",
                "from %s to %s".formatted(Figures.plain(first), Figures.plain(last)),
                "class",
                "small");
        html.close("figure").line();
    }

    private static String data(Curve curve) {
        ObjectNode data = new ObjectMapper().createObjectNode().put("name", curve.name());
        ArrayNode x = data.putArray("x");
        ArrayNode y = data.putArray("y");
        for (Curve.Point point : curve.points()) {
            if (Double.isFinite(point.epoch())) {
                x.add(point.epoch());
                if (Double.isFinite(point.value())) {
                    y.add(point.value());
                } else {
                    y.addNull();
                }
            }
        }
        return data.toString();
    }
}
