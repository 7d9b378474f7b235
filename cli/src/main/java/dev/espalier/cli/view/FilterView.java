package dev.espalier.cli.view;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.graft.LayerFilters;
import java.util.List;
import java.util.Locale;

/** How {@code inspect --filters} shows the filters of a network's convolutions. */
public final class FilterView {
    private final List<LayerFilters> layers;
    private final double threshold;

    /**
     * @param threshold filters whose L1 norm is below it count as invalid
     */
    public FilterView(List<LayerFilters> layers, double threshold) {
        this.layers = List.copyOf(layers);
        this.threshold = threshold;
    }

    public Table table() {
        Table table =
                new Table(
                        "layer",
                        "#filters",
                        "#smallest",
                        "#median",
                        "#largest",
                        "#entropy",
                        "#invalid");
        for (LayerFilters layer : layers) {
            List<Double> sorted = layer.norms().stream().sorted().toList();
            table.row(
                    layer.layer(),
                    sorted.size(),
                    number(sorted.get(0)),
                    number(sorted.get(sorted.size() / 2)),
                    number(sorted.get(sorted.size() - 1)),
                    number(layer.entropy()),
                    layer.invalid(threshold));
        }
        return table;
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.4g", value);
    }

    /** The line below the table. */
    public String summary() {
        int filters = layers.stream().mapToInt(layer -> layer.norms().size()).sum();
        int invalid = layers.stream().mapToInt(layer -> layer.invalid(threshold)).sum();
        return String.format(
                Locale.ROOT,
                "%,d filters in %s convolutions; %,d invalid (L1 norm below %s)",
                filters,
                layers.size(),
                invalid,
                threshold);
    }

    public ObjectNode json() {
        ObjectNode json = Json.object().put("threshold", threshold);
        ArrayNode list = json.putArray("layers");
        for (LayerFilters layer : layers) {
            ObjectNode node =
                    list.addObject()
                            .put("layer", layer.layer())
                            .put("weight", layer.weight())
                            .put("filters", layer.norms().size())
                            .put("entropy", layer.entropy())
                            .put("invalid", layer.invalid(threshold));
            layer.norms().forEach(node.putArray("norms")::add);
        }
        return json;
    }
}
