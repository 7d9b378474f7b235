package dev.espalier.quantize;

import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.analysis.ShapeInference;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.layer.InnerLayer;
import dev.espalier.core.layer.Layer;
import dev.espalier.core.pass.Option;
import dev.espalier.core.pass.Pass;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.PassInfo;
import dev.espalier.core.pass.Progress;
import dev.espalier.core.pass.Withers;
import dev.espalier.core.simplify.FoldBatchNorm;
import dev.espalier.quantize.internal.effect.Diagnosis;
import dev.espalier.quantize.internal.grid.PairedWeights;
import dev.espalier.quantize.internal.repair.CalibrationInputs;
import dev.espalier.quantize.internal.repair.LearnedRounding;
import dev.espalier.quantize.internal.repair.Moments;
import dev.espalier.quantize.internal.repair.Reconstruction;
import dev.espalier.quantize.internal.repair.RepairedLayers;
import dev.espalier.quantize.internal.repair.WeightSteps;
import dev.espalier.quantize.option.LearningSettings;
import dev.espalier.quantize.option.Rounding;
import dev.espalier.quantize.option.Target;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Rounds the weights of Conv, Gemm and MatMul to a grid of few integers, one for each output
 * channel, and leaves the model float:
 *
 * <pre>
 *   w -> step q,   q in -(2^(bits-1) - 1) .. 2^(bits-1) - 1
 *   step = the one with the least squared error of the channel's weights rounded to nearest
 * </pre>
 *
 * <p>A {@code quantize} behind it finds the grid and keeps it, so that 4-bit weights under 8-bit
 * activations are {@code round-weights: {weight-bits: 4}} and then {@code quantize}. ONNX Runtime
 * computes a convolution in integers only with weights of 8 bits; {@code integers: {packed: true}}
 * stores those of 4 bits or fewer in half of a byte each and has them widened when the model is
 * loaded.
 *
 * <p>With 8 bits, the grid is such that no sum can saturate on the CPUs that {@code target} names,
 * whichever way weights are rounded; it has to be the same in both passes. Fewer bits never do.
 *
 * <p>{@code rounding: learned} rounds each weight up or down so that the layer keeps its output on
 * calibration data rather than its weights: layer by layer in the order of the graph, for each
 * output channel
 *
 * <pre>
 *   minimize  E (w x - w_q x_q - b_q)^2        x   what the layer reads in the float network
 *                                              x_q what it reads behind layers already rounded
 * </pre>
 *
 * <p>by {@code AdaRound}, whose formulas are at {@code LearnedRounding}; the bias takes up what is
 * left of the mean. Batch normalization is folded first. See Nagel et al., Up or Down? Adaptive
 * Rounding for Post-Training Quantization, 2020.
 */
@PassInfo(
        id = "round-weights",
        summary = "Rounds weights to 8 bits or fewer, for quantize to keep; learns how from data.",
        paper = "https://arxiv.org/abs/2004.10568")
@Withers
public record RoundWeights(
        @Option(value = "4", min = 2, max = 8, help = "Bits of a weight, of which one is the sign.")
                int weightBits,
        @Option(value = "learned", help = "How a weight finds its integer.") Rounding rounding,
        @Option(help = "How rounding is learned, with rounding: learned.")
                LearningSettings learning,
        @Option(
                        value = "any",
                        help =
                                "CPUs on which sums of 8 bits have to be right, as quantize says:"
                                        + " any, vnni or host.")
                Target target,
        @Option(value = "[]", help = "Names of nodes whose weights stay as they are.")
                List<String> exclude)
        implements Pass, RoundWeightsBuilder.With {
    public RoundWeights {
        exclude = List.copyOf(exclude);
    }

    @Override
    public boolean needsData() {
        return rounding == Rounding.LEARNED;
    }

    @Override
    public Model apply(Model model, PassContext context) {
        Model folded = FoldBatchNorm.fold(model);
        List<Layer> layers = layers(folded, context);
        return layers.isEmpty()
                ? model
                : Diagnosis.notedOnData(model, round(folded, layers, context), context);
    }

    /** {@code folded}, in which {@code layers} are, with the weights of these rounded. */
    public Model round(Model folded, List<Layer> layers, PassContext context) {
        List<Map<String, Tensor>> inputs =
                rounding == Rounding.NEAREST
                        ? List.of()
                        : CalibrationInputs.of(folded, learning.samples(), context);
        Model rounded = folded;
        try (Progress.Task task = context.progress().begin("rounding", layers.size(), "layers")) {
            for (Layer layer : layers) {
                context.checkCancelled();
                rounded =
                        rounding == Rounding.NEAREST
                                ? layer.withRows(nearest(layer, pairs(folded, layer, context)))
                                        .putWeight(rounded)
                                : learned(layer, folded, rounded, inputs, context);
                task.advance(1);
            }
        }
        return rounded;
    }

    /** The weights rounded to nearest, which needs no data and gives the same structure. */
    @Override
    public Model preview(Model model, PassContext context) {
        Model rounded = FoldBatchNorm.fold(model);
        List<Layer> layers = layers(rounded, context);
        for (Layer layer : layers) {
            double[][] rows = nearest(layer, pairs(rounded, layer, context));
            rounded = layer.withRows(rows).putWeight(rounded);
        }
        return layers.isEmpty() ? model : rounded;
    }

    private List<Layer> layers(Model model, PassContext context) {
        Set<String> left = new HashSet<>(exclude);
        ShapeInference types = ShapeInference.of(model);
        List<Layer> layers = new ArrayList<>();
        for (Node node : model.graph().nodes()) {
            boolean isExcluded = left.remove(node.name());
            if (!Layer.isWeighted(node)) {
                continue;
            }
            Layer.Finding finding = RepairedLayers.find(node, types);
            if (isExcluded || finding.layer().isEmpty()) {
                String why = isExcluded ? "it is listed under 'exclude'" : finding.refusal();
                context.skipped(node.label(), "its weights are not rounded: " + why);
            } else {
                layers.add(finding.layer().get());
            }
        }
        for (InnerLayer inner : InnerLayer.of(model)) {
            context.skipped(inner.where(), "its weights are not rounded: " + inner.reason());
        }
        if (!left.isEmpty()) {
            throw new InvalidOptionException(
                    "round-weights.exclude names %s, but the model has no such node; 'inspect' lists the names"
                            .formatted(left.stream().sorted().toList()));
        }
        context.note(
                layers.isEmpty()
                        ? "nothing was rounded: no Conv, Gemm or MatMul can be; those that are there are named with the reason"
                        : "%s layers with weights of %s bits".formatted(layers.size(), weightBits));
        return layers;
    }

    /** For each row the weights that must not saturate together. */
    private PairedWeights[] pairs(Model model, Layer layer, PassContext context) {
        if (weightBits < 8 || target.isExact(context.runner())) {
            PairedWeights[] none = new PairedWeights[layer.outputs()];
            Arrays.fill(none, PairedWeights.NONE);
            return none;
        }
        return RepairedLayers.pairs(layer, model, FoldingQuestions.usual(model, context));
    }

    private double[][] nearest(Layer layer, PairedWeights[] pairs) {
        return WeightSteps.nearest(layer.rows(), weightBits, pairs);
    }

    private Model learned(
            Layer layer,
            Model exact,
            Model current,
            List<Map<String, Tensor>> inputs,
            PassContext context) {
        List<Moments> moments = new Reconstruction(layer, inputs, context).run(exact, current);
        boolean hasBias = layer.biasOrZeros().isPresent();
        double[][] rows = layer.rows();
        PairedWeights[] pairs = pairs(exact, layer, context);
        double[][] nearest = nearest(layer, pairs);
        double[] bias = new double[rows.length];
        double signal = 0;
        double before = 0;
        double after = 0;
        int perGroup = rows.length / layer.groups();
        for (int g = 0; g < layer.groups(); g++) {
            Moments.Fit fit = moments.get(g).fit(hasBias);
            int first = g * perGroup;
            double[][] group = Arrays.copyOfRange(rows, first, first + perGroup);
            before += sum(fit.errors(Arrays.copyOfRange(nearest, first, first + perGroup)));
            List<WeightSteps> steps =
                    IntStream.range(0, perGroup)
                            .parallel()
                            .mapToObj(
                                    m ->
                                            WeightSteps.of(
                                                    group[m],
                                                    weightBits,
                                                    pairs[first + m],
                                                    Rounding.LEARNED))
                            .toList();
            int[][] integers =
                    new LearnedRounding(fit.h(), learning.iterations(), learning.pressure())
                            .round(group, fit.c(), steps);
            for (int m = 0; m < perGroup; m++) {
                for (int d = 0; d < group[m].length; d++) {
                    group[m][d] = (double) steps.get(m).step() * integers[m][d];
                }
                bias[first + m] = fit.bias(m, group[m]);
            }
            signal += fit.power();
            after += sum(fit.errors(group));
        }
        CalibrationInputs.finite(signal + after, layer);
        context.note(
                String.format(
                        Locale.ROOT,
                        "%s: %.1f dB of signal over error, %.1f dB rounded to nearest",
                        layer.node().label(),
                        10 * Math.log10(signal / after),
                        10 * Math.log10(signal / before)));
        Model rounded = layer.withRows(rows).putWeight(current);
        return hasBias ? layer.withBias(bias).putBias(rounded) : rounded;
    }

    private static double sum(double[] values) {
        return Arrays.stream(values).sum();
    }
}
