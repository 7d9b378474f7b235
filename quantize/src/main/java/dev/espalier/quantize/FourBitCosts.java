package dev.espalier.quantize;

import dev.espalier.core.analysis.ShapeInference;
import dev.espalier.core.choice.Alternative;
import dev.espalier.core.choice.Chooser;
import dev.espalier.core.choice.Costs;
import dev.espalier.core.choice.Decision;
import dev.espalier.core.choice.Measure;
import dev.espalier.core.data.SignalToNoise;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.layer.Layer;
import dev.espalier.core.onnx.OnnxWriter;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.Progress;
import dev.espalier.quantize.internal.repair.RepairedLayers;
import dev.espalier.quantize.internal.repair.WeightSteps;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Asks of every layer how many bytes of the file it would save to store its weights in 4 bits, and
 * how much noise that would add to the network's output.
 */
final class FourBitCosts {
    private static final int BITS = 4;

    /**
     * Of one layer.
     *
     * @param noise over signal of the network's outputs with this layer in 4 bits
     * @param harm by how much that is more than without
     * @param bytes by how many the file shrinks
     */
    record Cost(Layer layer, double noise, double harm, long bytes) {
        /** Whether the layer has 4 bits; one that does no harm costs nothing. */
        Decision<Boolean> decision() {
            Costs isFourBits = new Costs(Math.max(harm, 0), 0, -bytes);
            return new Decision<>(
                    layer.node().name(),
                    List.of(
                            new Alternative<>(false, Costs.NONE),
                            new Alternative<>(true, isFourBits)));
        }
    }

    private final Quantize quantize;
    private final OutputNoise noise;
    private final PassContext context;

    /**
     * @param quantize stores weights of 4 bits as such
     * @param noise on the inputs that layers are tried on
     * @param context to try in
     */
    FourBitCosts(Quantize quantize, OutputNoise noise, PassContext context) {
        this.quantize = quantize;
        this.noise = noise;
        this.context = context;
    }

    /** Of the file of {@code model}. */
    static long bytes(Model model) {
        return OnnxWriter.size(model);
    }

    /**
     * Which of {@code layers} get 4 bits for the file to have at most {@code limit} bytes: those
     * whose bytes cost least. All that save anything, where that is not enough.
     *
     * @param folded in which they are
     * @param notes is told what each would cost, and how far trying is
     */
    List<Layer> choose(Model folded, List<Node> layers, long limit, PassContext notes) {
        Model all = quantize.quantized(folded, context);
        long bytes = bytes(all);
        if (bytes <= limit) {
            return List.of();
        }
        Map<Decision<Boolean>, Cost> costs = new LinkedHashMap<>();
        for (Cost cost : costs(folded, layers, all, notes.progress())) {
            notes.note(
                    String.format(
                            Locale.ROOT,
                            "'%s': in 4 bits alone it saves %s bytes and brings the network's output"
                                    + " to %.1f dB",
                            cost.layer().node().name(),
                            cost.bytes(),
                            SignalToNoise.decibels(cost.noise())));
            costs.put(cost.decision(), cost);
        }
        return Chooser.within(
                        List.copyOf(costs.keySet()), Measure.BYTES, limit - bytes, Measure.ERROR)
                .changed()
                .stream()
                .map(decision -> costs.get(decision).layer())
                .toList();
    }

    private List<Cost> costs(Model folded, List<Node> layers, Model all, Progress progress) {
        double before = noise.of(all);
        long bytes = bytes(all);
        ShapeInference types = ShapeInference.of(folded);
        List<Cost> costs = new ArrayList<>();
        try (Progress.Task task = progress.begin("layers in 4 bits", layers.size(), "layers")) {
            for (Node node : layers) {
                RepairedLayers.find(node, types)
                        .layer()
                        .ifPresent(layer -> costs.add(cost(folded, layer, before, bytes)));
                task.advance(1);
            }
        }
        return costs.stream().filter(cost -> cost.bytes() > 0).toList();
    }

    private Cost cost(Model folded, Layer layer, double before, long bytes) {
        double[][] rows = WeightSteps.nearest(layer.rows(), BITS);
        Model changed = quantize.quantized(layer.withRows(rows).putWeight(folded), context);
        double now = noise.of(changed);
        return new Cost(layer, now, now - before, bytes - bytes(changed));
    }
}
