package dev.espalier.cli.view;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.core.report.Figures;
import dev.espalier.groupconv.Groupability;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How {@code inspect --groups} shows what convolutions would keep of their weights in groups. */
public final class GroupView {
    /** What group-conv asks for where it does not train. */
    private static final double ENOUGH = 0.9;

    private final List<Groupability> layers;
    private final Map<String, String> refusals;

    /**
     * @param refusals of other convolutions: why they cannot be cut
     */
    public GroupView(List<Groupability> layers, Map<String, String> refusals) {
        this.layers = List.copyOf(layers);
        this.refusals = new LinkedHashMap<>(refusals);
    }

    public Table table() {
        int levels = layers.stream().mapToInt(layer -> layer.kept().size()).max().orElse(1);
        List<String> columns = new ArrayList<>(List.of("layer", "#outputs", "#inputs"));
        for (int level = 1; level < levels; level++) {
            columns.add("#" + (1 << level) + " groups");
        }
        Table table = new Table(columns.toArray(String[]::new));
        for (Groupability layer : layers) {
            List<Object> row =
                    new ArrayList<>(
                            List.of(layer.layer(), layer.norms().rows(), layer.norms().columns()));
            for (int level = 1; level < levels; level++) {
                row.add(
                        level < layer.kept().size()
                                ? Figures.percent(layer.kept().get(level))
                                : Figures.NONE);
            }
            table.row(row.toArray());
        }
        return table;
    }

    /** The lines below the table. */
    public List<String> summary() {
        List<String> lines = new ArrayList<>();
        lines.add(
                "Share of the weights, by magnitude, that lies in groups by the best shuffle found.");
        long enough = layers.stream().filter(layer -> layer.groups(ENOUGH) > 1).count();
        lines.add(
                "%s of %s convolutions keep %s or more at two groups, which group-conv asks for without training"
                        .formatted(enough, layers.size(), Figures.percent(ENOUGH)));
        refusals.forEach((layer, reason) -> lines.add(layer + " stays dense: " + reason));
        return lines;
    }

    public ObjectNode json() {
        ObjectNode json = Json.object();
        ArrayNode list = json.putArray("layers");
        for (Groupability layer : layers) {
            ObjectNode node =
                    list.addObject()
                            .put("layer", layer.layer())
                            .put("outputs", layer.norms().rows())
                            .put("inputs", layer.norms().columns());
            ArrayNode kept = node.putArray("kept");
            for (int level = 0; level < layer.kept().size(); level++) {
                kept.addObject().put("groups", 1 << level).put("share", layer.kept().get(level));
            }
            for (int channel : layer.structure().outputs().toArray()) {
                node.withArray("outputOrder").add(channel);
            }
            for (int channel : layer.structure().inputs().toArray()) {
                node.withArray("inputOrder").add(channel);
            }
        }
        ArrayNode dense = json.putArray("dense");
        refusals.forEach(
                (layer, reason) -> dense.addObject().put("layer", layer).put("reason", reason));
        return json;
    }
}
