package dev.espalier.groupconv;

import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.ir.Model;
import dev.espalier.core.pass.ModelTimer;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.profile.Precision;
import dev.espalier.core.profile.ProfileAnswer;
import dev.espalier.core.profile.ProfileQuestion;
import dev.espalier.groupconv.internal.convert.GroupCost;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Lets layers be cut only as far as groups are faster on this machine. What was measured outlives a
 * kill: other times would lead to another network.
 */
final class MeasuredCuts {
    private static final String CHECKPOINT = "cuts";
    private static final String BETWEEN = "\t";
    private static final String AND = " ";

    private final Model model;
    private final Precision arithmetic;
    private final PassContext context;

    /**
     * @param arithmetic what layers are timed in
     */
    MeasuredCuts(Model model, Precision arithmetic, PassContext context) {
        this.model = model;
        this.arithmetic = arithmetic;
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
        Map<String, double[]> known = micros(layers, timer.get());
        List<CuttableLayer> faster = new ArrayList<>();
        for (CuttableLayer layer : layers) {
            double[] micros = known.get(layer.layer().name());
            if (micros == null) {
                context.note(layer.layer().label() + ": its sizes are open, it was not timed");
                faster.add(layer);
            } else if (isFaster(layer, micros)) {
                faster.add(layer.withMost(GroupCost.cuts(micros)));
            }
        }
        return faster;
    }

    /**
     * The same layers, each counted by its times.
     *
     * @throws InvalidOptionException where there is nothing to measure with
     */
    List<CuttableLayer> timed(List<CuttableLayer> layers) {
        ModelTimer timer =
                context.host()
                        .timer()
                        .orElseThrow(
                                () ->
                                        new InvalidOptionException(
                                                "measure: latency needs a machine to measure on, and there is none here; take macs or parameters"));
        Map<String, double[]> known = micros(layers, timer);
        List<CuttableLayer> faster = new ArrayList<>();
        for (CuttableLayer layer : layers) {
            double[] micros = known.get(layer.layer().name());
            if (micros == null) {
                context.skipped(layer.layer().label(), "its sizes are open, it cannot be timed");
            } else if (isFaster(layer, micros)) {
                List<Double> costs = Arrays.stream(micros).boxed().toList();
                faster.add(
                        new CuttableLayer(layer.layer(), costs).withMost(GroupCost.cuts(micros)));
            }
        }
        return faster;
    }

    private boolean isFaster(CuttableLayer layer, double[] micros) {
        boolean is = GroupCost.cuts(micros) > 0;
        if (is) {
            context.note(layer.layer().label() + ": " + figures(micros));
        } else {
            context.skipped(layer.layer().label(), "no faster in groups: " + figures(micros));
        }
        return is;
    }

    /** Microseconds of each layer of known sizes, by its name: dense, and in 2, 4, .. groups. */
    private Map<String, double[]> micros(List<CuttableLayer> layers, ModelTimer timer) {
        return context.checkpoints()
                .read(CHECKPOINT)
                .map(MeasuredCuts::read)
                .orElseGet(() -> measured(layers, timer));
    }

    private Map<String, double[]> measured(List<CuttableLayer> layers, ModelTimer timer) {
        Map<String, double[]> micros = new LinkedHashMap<>();
        // What quantize asks about the same layers later gets the same answers.
        Function<ProfileQuestion, ProfileAnswer> ask =
                question -> context.host().answer(question).orElseGet(() -> timer.answer(question));
        GroupCost cost = new GroupCost(model, context.inputShapes(), arithmetic, ask);
        for (CuttableLayer layer : layers) {
            context.checkCancelled();
            String name = layer.layer().name();
            if (cost.knows(name)) {
                micros.put(name, cost.micros(name, layer.most()));
            }
        }
        context.checkpoints().write(CHECKPOINT, written(micros));
        return micros;
    }

    private String figures(double[] micros) {
        StringBuilder text = new StringBuilder();
        text.append(String.format(Locale.ROOT, "%.1f µs dense", micros[0]));
        for (int level = 1; level < micros.length; level++) {
            text.append(String.format(Locale.ROOT, ", %.1f in %s", micros[level], 1 << level));
        }
        return text.append(arithmetic == Precision.INT8 ? " groups, in int8" : " groups")
                .toString();
    }

    private static byte[] written(Map<String, double[]> micros) {
        return micros.entrySet().stream()
                .map(
                        each ->
                                Arrays.stream(each.getValue())
                                                .mapToObj(Double::toString)
                                                .collect(Collectors.joining(AND))
                                        + BETWEEN
                                        + each.getKey())
                .collect(Collectors.joining("\n"))
                .getBytes(StandardCharsets.UTF_8);
    }

    private static Map<String, double[]> read(byte[] content) {
        return new String(content, StandardCharsets.UTF_8)
                .lines()
                .map(line -> line.split(BETWEEN, 2))
                .collect(
                        Collectors.toMap(
                                parts -> parts[1],
                                parts ->
                                        Arrays.stream(parts[0].split(AND))
                                                .mapToDouble(Double::parseDouble)
                                                .toArray()));
    }
}
