package dev.espalier.groupconv;

import dev.espalier.core.ir.Model;
import dev.espalier.core.pass.ModelTimer;
import dev.espalier.core.pass.PassContext;
import dev.espalier.groupconv.convert.GroupCost;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Lets layers be cut only as far as groups are faster on this machine. What was measured outlives a
 * kill: other times would lead to another network.
 */
final class MeasuredCuts {
    private static final String CHECKPOINT = "cuts";
    private static final String BETWEEN = "\t";

    /**
     * What was found for a layer.
     *
     * @param cuts how often its channels may be halved
     * @param figures the times of each number of groups, in words
     */
    private record Finding(int cuts, String figures) {}

    private final Model model;
    private final PassContext context;

    MeasuredCuts(Model model, PassContext context) {
        this.model = model;
        this.context = context;
    }

    /** The layers that groups make faster; the others are told as skipped, with their times. */
    List<CuttableLayer> limit(List<CuttableLayer> layers) {
        if (layers.isEmpty()) {
            return layers;
        }
        Optional<ModelTimer> timer = context.host().timer();
        if (timer.isEmpty()) {
            context.note(
                    "whether groups are faster was not measured: there is nothing to measure it with");
            return layers;
        }
        Map<String, Finding> findings =
                context.checkpoints()
                        .read(CHECKPOINT)
                        .map(MeasuredCuts::read)
                        .orElseGet(() -> measured(layers, timer.get()));
        List<CuttableLayer> faster = new ArrayList<>();
        for (CuttableLayer layer : layers) {
            Finding found = findings.get(layer.layer().name());
            if (found == null) {
                context.note(layer.layer().label() + ": its sizes are open, it was not timed");
                faster.add(layer);
            } else if (found.cuts() == 0) {
                context.skipped(layer.layer().label(), "no faster in groups: " + found.figures());
            } else {
                context.note(layer.layer().label() + ": " + found.figures());
                faster.add(layer.withMost(found.cuts()));
            }
        }
        return faster;
    }

    private Map<String, Finding> measured(List<CuttableLayer> layers, ModelTimer timer) {
        Map<String, Finding> findings = new LinkedHashMap<>();
        GroupCost cost = new GroupCost(model, context.inputShapes(), timer);
        for (CuttableLayer layer : layers) {
            context.checkCancelled();
            String name = layer.layer().name();
            if (cost.knows(name)) {
                findings.put(
                        name,
                        new Finding(
                                cost.cuts(name, layer.most()),
                                figures(cost.micros(name, layer.most()))));
            }
        }
        context.checkpoints().write(CHECKPOINT, written(findings));
        return findings;
    }

    private static String figures(double[] micros) {
        StringBuilder text = new StringBuilder();
        text.append(String.format(Locale.ROOT, "%.1f µs dense", micros[0]));
        for (int level = 1; level < micros.length; level++) {
            text.append(String.format(Locale.ROOT, ", %.1f in %d", micros[level], 1 << level));
        }
        return text.append(" groups").toString();
    }

    private static byte[] written(Map<String, Finding> findings) {
        return findings.entrySet().stream()
                .map(
                        each ->
                                String.join(
                                        BETWEEN,
                                        Integer.toString(each.getValue().cuts()),
                                        each.getValue().figures(),
                                        each.getKey()))
                .collect(Collectors.joining("\n"))
                .getBytes(StandardCharsets.UTF_8);
    }

    private static Map<String, Finding> read(byte[] content) {
        return new String(content, StandardCharsets.UTF_8)
                .lines()
                .map(line -> line.split(BETWEEN, 3))
                .collect(
                        Collectors.toMap(
                                parts -> parts[2],
                                parts -> new Finding(Integer.parseInt(parts[0]), parts[1])));
    }
}
