package dev.espalier.quantize;

import dev.espalier.core.analysis.ShapeInference;
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
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * Asks of every layer how many bytes of the file it would save to store its weights in 4 bits, and
 * how much noise that would add to the network's output.
 */
final class FourBitWalk {
    private static final int BITS = 4;

    /**
     * @param noise over signal of the network's outputs with this layer in 4 bits
     * @param harm by how much that is more than without
     * @param bytes by how many the file shrinks
     */
    record Step(Layer layer, double noise, double harm, long bytes) {
        /** What one byte costs; a layer that does no harm costs nothing. */
        double rate() {
            return Math.max(harm, 0) / bytes;
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
    FourBitWalk(Quantize quantize, OutputNoise noise, PassContext context) {
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
        List<Layer> chosen = new ArrayList<>();
        for (Step step : steps(folded, layers, all, notes.progress())) {
            notes.note(
                    String.format(
                            Locale.ROOT,
                            "'%s': in 4 bits alone it saves %s bytes and brings the network's output"
                                    + " to %.1f dB",
                            step.layer().node().name(),
                            step.bytes(),
                            SignalToNoise.decibels(step.noise())));
            if (bytes > limit) {
                chosen.add(step.layer());
                bytes -= step.bytes();
            }
        }
        return chosen;
    }

    private List<Step> steps(Model folded, List<Node> layers, Model all, Progress progress) {
        double before = noise.of(all);
        long bytes = bytes(all);
        ShapeInference types = ShapeInference.of(folded);
        List<Step> steps = new ArrayList<>();
        try (Progress.Task task = progress.begin("size walk", layers.size(), "layers")) {
            for (Node node : layers) {
                RepairedLayers.find(node, types)
                        .layer()
                        .ifPresent(layer -> steps.add(step(folded, layer, before, bytes)));
                task.advance(1);
            }
        }
        return steps.stream()
                .filter(step -> step.bytes() > 0)
                .sorted(Comparator.comparingDouble(Step::rate))
                .toList();
    }

    private Step step(Model folded, Layer layer, double before, long bytes) {
        double[][] rows = WeightSteps.nearest(layer.rows(), BITS);
        Model changed = quantize.quantized(layer.withRows(rows).putWeight(folded), context);
        double now = noise.of(changed);
        return new Step(layer, now, now - before, bytes - bytes(changed));
    }
}
