package dev.espalier.core.internal.html;

import dev.espalier.core.report.CompressionReport;
import dev.espalier.core.report.Figures;
import dev.espalier.core.report.LayerReport;
import java.util.List;

/**
 * The network as a row of columns, one a layer, as high as the layer is wide: before as an outline,
 * after filled in. Below it the same as a table.
 */
final class LayerSection {
    private static final double WIDTH = 1000;
    private static final double HEIGHT = 210;
    private static final int MANY = 24;

    private LayerSection() {}

    static void write(Html html, CompressionReport report) {
        List<LayerReport> layers = report.layers();
        if (layers.isEmpty()) {
            return;
        }
        long changed =
                layers.stream()
                        .filter(layer -> layer.before().width() != layer.after().width())
                        .count();
        html.open("section").element("h2", "Layer by layer").line();
        html.element(
                        "p",
                        changed == 0
                                ? "All " + layers.size() + " layers keep their width."
                                : changed
                                        + " of "
                                        + layers.size()
                                        + " layers have another width than before. From the input, "
                                        + "left, to the output:")
                .line();
        picture(html, layers);
        html.open("p", "class", "legend");
        html.open("span", "class", "key before").close("span").text("channels before ");
        html.open("span", "class", "key after").close("span").text("channels after");
        html.close("p").line();
        String[] state = layers.size() > MANY ? new String[] {} : new String[] {"open", "open"};
        html.open("details", state).element("summary", "All " + layers.size() + " layers");
        table(html, layers);
        html.close("details").line();
        html.element(
                "p",
                "Width = output channels of a convolution or output features of a matrix. "
                        + "MACs are of one example. Type is that of the stored weights.",
                "class",
                "define");
        html.close("section").line();
    }

    private static void picture(Html html, List<LayerReport> layers) {
        double most =
                layers.stream()
                        .mapToDouble(l -> Math.max(l.before().width(), l.after().width()))
                        .max()
                        .orElse(1);
        most = Math.max(1, most);
        double step = WIDTH / layers.size();
        double column = Math.min(60, step * (layers.size() > 100 ? 1 : 0.78));
        html.open(
                        "svg",
                        "class",
                        "skyline",
                        "viewBox",
                        "0 0 " + (int) WIDTH + " " + (int) (HEIGHT + 4),
                        "role",
                        "img",
                        "aria-label",
                        "Widths of all layers before and after; the table below has the numbers")
                .line();
        for (int i = 0; i < layers.size(); i++) {
            LayerReport layer = layers.get(i);
            double x = i * step + (step - column) / 2;
            html.open("g");
            html.element("title", title(layer));
            column(html, "before", x, column, layer.before().width() / most);
            column(html, "after", x, column, layer.after().width() / most);
            html.close("g").line();
        }
        html.open("path", "class", "ground", "d", "M0 " + HEIGHT + "H" + WIDTH).close("path");
        html.close("svg").line();
    }

    private static void column(Html html, String kind, double x, double width, double share) {
        double height = share * (HEIGHT - 4);
        html.open(
                        "rect",
                        "class",
                        kind,
                        "x",
                        Html.number(x),
                        "y",
                        Html.number(HEIGHT - height),
                        "width",
                        Html.number(width),
                        "height",
                        Html.number(height))
                .close("rect");
    }

    private static String title(LayerReport layer) {
        return "%s %s: %s".formatted(layer.op(), layer.name(), widths(layer));
    }

    private static String widths(LayerReport layer) {
        if (layer.before().equals(LayerReport.Side.ABSENT)) {
            return "new, " + layer.after().width();
        }
        if (layer.after().equals(LayerReport.Side.ABSENT)) {
            return layer.before().width() + " → gone";
        }
        return layer.before().width() == layer.after().width()
                ? Long.toString(layer.after().width())
                : layer.before().width() + " → " + layer.after().width();
    }

    private static void table(Html html, List<LayerReport> layers) {
        long most =
                layers.stream()
                        .mapToLong(l -> Math.max(l.before().width(), l.after().width()))
                        .max()
                        .orElse(1);
        html.open("div", "class", "scroll").open("table", "class", "layers");
        html.open("thead").open("tr").element("th", "Layer").element("th", "Operator");
        html.element("th", "Width").element("th", "", "class", "wide");
        for (String head : List.of("Parameters", "MACs", "Type")) {
            html.element("th", head, "class", "number");
        }
        html.close("tr").close("thead").open("tbody").line();
        for (LayerReport layer : layers) {
            LayerReport.Side before = layer.before();
            LayerReport.Side after = layer.after();
            html.open("tr").open("td").element("bdi", layer.name(), "class", "node");
            html.close("td").open("td").text(layer.op() + " ");
            html.text(after.equals(LayerReport.Side.ABSENT) ? before.kernel() : after.kernel());
            html.close("td");
            html.element("td", widths(layer), "class", "width").open("td", "class", "wide");
            Bars.pair(html, (double) before.width() / most, (double) after.width() / most);
            html.close("td");
            change(html, Figures.count(before.parameters()), Figures.count(after.parameters()));
            change(html, Figures.count(before.macs()), Figures.count(after.macs()));
            change(html, before.dataType(), after.dataType());
            html.close("tr").line();
        }
        html.close("tbody").close("table").close("div").line();
    }

    private static void change(Html html, String before, String after) {
        html.open("td", "class", "number").text(after.isEmpty() ? Figures.NONE : after);
        if (!before.equals(after) && !before.isEmpty()) {
            html.element("small", "from " + before);
        }
        html.close("td");
    }
}
