package dev.espalier.cli.view;

import dev.espalier.graft.LayerFilters;
import java.util.List;

/**
 * An SVG picture of filter norms: a row for each layer, a tick for each filter at its L1 norm on a
 * logarithmic axis, those below the threshold in another colour. Norms of zero stand at the left
 * edge.
 */
public final class FilterPicture {
    private static final int LABEL = 260;
    private static final int PLOT = 640;
    private static final int ROW = 18;
    private static final int TOP = 44;
    private static final String STYLE =
            "text{font:12px system-ui,sans-serif;fill:#333}"
                    + ".valid{stroke:#2b6cb0;stroke-opacity:.55}"
                    + ".invalid{stroke:#c53030}"
                    + ".grid{stroke:#ddd}"
                    + ".limit{stroke:#c53030;stroke-dasharray:4 3}";

    private final List<LayerFilters> layers;
    private final double threshold;
    private final double low;
    private final double high;

    public FilterPicture(List<LayerFilters> layers, double threshold) {
        this.layers = List.copyOf(layers);
        this.threshold = threshold;
        double smallest = threshold;
        double largest = threshold;
        for (LayerFilters layer : layers) {
            for (double norm : layer.norms()) {
                smallest = norm > 0 ? Math.min(smallest, norm) : smallest;
                largest = Math.max(largest, norm);
            }
        }
        low = Math.floor(Math.log10(smallest));
        high = Math.max(low + 1, Math.ceil(Math.log10(largest)));
    }

    public String svg() {
        int height = TOP + ROW * layers.size() + 30;
        StringBuilder svg = new StringBuilder();
        svg.append(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%s\" height=\"%s\">\n"
                        .formatted(LABEL + PLOT + 90, height));
        svg.append("<style>").append(STYLE).append("</style>\n");
        svg.append("<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n");
        Svg.text(svg, 10, 20, "L1 norm of each filter, layer by layer; red: below " + threshold);
        for (int power = (int) low; power <= high; power++) {
            double x = x(Math.pow(10, power));
            Svg.line(svg, "grid", x, x, TOP - 6, height - 24);
            Svg.text(svg, x - 12, height - 8, "1e" + power);
        }
        for (int row = 0; row < layers.size(); row++) {
            row(svg, layers.get(row), TOP + ROW * row);
        }
        Svg.line(svg, "limit", x(threshold), x(threshold), TOP - 6, height - 24);
        return svg.append("</svg>\n").toString();
    }

    private void row(StringBuilder svg, LayerFilters layer, int y) {
        Svg.text(svg, 10, y + 12, shortened(layer.layer()));
        for (double norm : layer.norms()) {
            double x = x(norm);
            Svg.line(svg, norm < threshold ? "invalid" : "valid", x, x, y + 2, y + ROW - 4);
        }
        Svg.text(
                svg,
                LABEL + PLOT + 12,
                y + 12,
                layer.invalid(threshold) + " of " + layer.norms().size());
    }

    private double x(double norm) {
        double place = norm <= 0 ? 0 : (Math.log10(norm) - low) / (high - low);
        return LABEL + PLOT * Math.max(0, place);
    }

    private static String shortened(String label) {
        int most = 38;
        return label.length() <= most ? label : "…" + label.substring(label.length() - most + 1);
    }
}
