package dev.espalier.quantize;

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
import dev.espalier.quantize.internal.grid.WeightGrid;
import dev.espalier.quantize.internal.grid.WeightPairs;
import dev.espalier.quantize.internal.kernel.LayerPairs;
import dev.espalier.quantize.internal.repair.CalibrationInputs;
import dev.espalier.quantize.internal.repair.ChannelMeans;
import dev.espalier.quantize.internal.repair.NormalizedMeans;
import dev.espalier.quantize.internal.repair.RepairedLayers;
import dev.espalier.quantize.internal.repair.WeightSteps;
import dev.espalier.quantize.option.CorrectionMethod;
import dev.espalier.quantize.option.Target;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Shifts biases by the mean error that rounding the weights is going to make.
 *
 * <pre>
 *   y = W x + b          W_q = W + e             E[W_q x] - E[W x] = e E[x]
 *   b' = b - e E[x]
 * </pre>
 *
 * <p>Rounding errs to both sides, but each channel has its own few weights and the same ones for
 * every pixel, so that its output moves as a whole. The result is a float model whose weights are
 * as before: the pass stands before the one that rounds them, {@code quantize} for 8 bits or {@code
 * round-weights} with {@code rounding: nearest} for fewer, and {@code weight-bits}, {@code
 * per-channel} and {@code target} have to be the same in both. Behind {@code rounding: learned}
 * there is nothing to do: it corrects biases itself. Only the rounding of weights counts;
 * activations are rounded up as often as down.
 *
 * <p>With {@code method: activations}, layer by layer in the order of the graph, the correction is
 * the difference of the mean outputs of the float network and of the rounded one with its earlier
 * layers corrected, on calibration data. With {@code method: analytic}, E[x] comes from the batch
 * normalization before the layer, which has to be in the model still: x is max(0, z) with z normal,
 *
 * <pre>
 *   E max(0, z) = s phi(-m / s) + m (1 - Phi(-m / s))     m, s: the normalization's shift, scale
 * </pre>
 *
 * <p>and sums of such are taken as normal again. Batch normalization is folded in any case. Layers
 * without a place for a bias are left and named. See Nagel et al., Data-Free Quantization Through
 * Weight Equalization and Bias Correction, 2019, section 4.2 and appendices C and D.
 */
@PassInfo(
        id = "correct-bias",
        summary = "Shifts biases by the mean error that rounding the weights is going to make.",
        paper = "https://arxiv.org/abs/1906.04721")
@Withers
public record CorrectBias(
        @Option(value = "activations", help = "Where the mean error is taken from.")
                CorrectionMethod method,
        @Option(
                        value = "8",
                        min = 2,
                        max = 8,
                        help = "Bits that weights are going to have, as the rounding pass says.")
                int weightBits,
        @Option(value = "true", help = "Whether each output channel is going to have its scale.")
                boolean perChannel,
        @Option(value = "any", help = "CPUs that the rounding pass says: any, vnni or host.")
                Target target,
        @Option(
                        value = "512",
                        min = 1,
                        help = "Calibration samples for the means; with method: activations.")
                int samples)
        implements Pass, CorrectBiasBuilder.With {
    /** Bits of a weight that quantize writes; with fewer, round-weights has gone before. */
    private static final int BITS_OF_QUANTIZE = 8;

    /** Its biases are right for the weights as the pass behind it rounds them. */
    @Override
    public boolean prepares() {
        return true;
    }

    @Override
    public boolean needsData() {
        return method == CorrectionMethod.ACTIVATIONS;
    }

    @Override
    public Model apply(Model model, PassContext context) {
        Model folded = FoldBatchNorm.fold(model);
        Map<Layer, double[]> layers = layers(folded, context);
        Map<Layer, double[]> corrected =
                switch (method) {
                    case ACTIVATIONS -> byActivations(folded, layers, context);
                    case ANALYTIC -> byStatistics(model, folded, layers, context);
                };
        return corrected.isEmpty()
                ? model
                : Diagnosis.notedOnData(folded, write(folded, corrected), context);
    }

    /** The same structure: layers that have no bias get one. */
    @Override
    public Model preview(Model model, PassContext context) {
        Model folded = FoldBatchNorm.fold(model);
        Map<Layer, double[]> layers = layers(folded, context);
        return layers.isEmpty() ? model : write(folded, layers);
    }

    private static Model write(Model folded, Map<Layer, double[]> biases) {
        Model written = folded;
        for (Map.Entry<Layer, double[]> each : biases.entrySet()) {
            written = each.getKey().withBias(each.getValue()).putBias(written);
        }
        return written;
    }

    /** The layers that can be corrected, in the order of the graph, each with its bias. */
    private static Map<Layer, double[]> layers(Model model, PassContext context) {
        ShapeInference types = ShapeInference.of(model);
        Map<Layer, double[]> layers = new LinkedHashMap<>();
        for (Node node : model.graph().nodes()) {
            if (!Layer.isWeighted(node)) {
                continue;
            }
            Layer.Finding finding = RepairedLayers.find(node, types);
            Optional<double[]> bias = finding.layer().flatMap(Layer::biasOrZeros);
            if (bias.isPresent()) {
                layers.put(finding.layer().orElseThrow(), bias.get());
            } else {
                context.skipped(
                        node.label(),
                        "its bias is not corrected: "
                                + (finding.layer().isPresent()
                                        ? "it has none, or none that is constant"
                                        : finding.refusal()));
            }
        }
        for (InnerLayer inner : InnerLayer.of(model)) {
            context.skipped(inner.where(), "its bias is not corrected: " + inner.reason());
        }
        if (layers.isEmpty()) {
            context.note(
                    "nothing was corrected: no Conv or Gemm can be; those that are there are named with the reason");
        }
        return layers;
    }

    /** The layer with the weights that it is going to have. */
    private Layer rounded(Layer layer, Model folded, PassContext context) {
        if (weightBits == BITS_OF_QUANTIZE) {
            int axis = perChannel ? layer.form().outputAxis(layer.weight().shape()) : -1;
            WeightPairs pairs =
                    LayerPairs.of(
                            layer.node(),
                            folded.graph(),
                            ShapeInference.of(folded),
                            FoldingQuestions.usual(folded, context));
            WeightGrid grid =
                    WeightGrid.of(
                            layer.weight(),
                            axis,
                            target.isExact(context.runner()) ? WeightPairs.NONE : pairs);
            return layer.withWeight(grid.rounded(layer.weight()));
        }
        double[][] rows = layer.rows();
        if (perChannel) {
            return layer.withRows(WeightSteps.nearest(rows, weightBits));
        }
        WeightSteps all = WeightSteps.of(layer.weight().toDoubles(), weightBits);
        return layer.withRows(Arrays.stream(rows).map(all::rounded).toArray(double[][]::new));
    }

    private Map<Layer, double[]> byActivations(
            Model exact, Map<Layer, double[]> layers, PassContext context) {
        Model current = exact;
        for (Layer layer : layers.keySet()) {
            current = rounded(layer, exact, context).putWeight(current);
        }
        List<Map<String, Tensor>> inputs = CalibrationInputs.of(exact, samples, context);
        Map<Layer, double[]> corrected = new LinkedHashMap<>();
        try (Progress.Task task =
                context.progress().begin("bias correction", layers.size(), "layers")) {
            for (Map.Entry<Layer, double[]> each : layers.entrySet()) {
                Layer layer = each.getKey();
                double[] wanted = new ChannelMeans(layer, inputs, context).of(exact);
                double[] found = new ChannelMeans(layer, inputs, context).of(current);
                double[] bias = each.getValue();
                for (int c = 0; c < bias.length; c++) {
                    bias[c] += wanted[c] - found[c];
                }
                note(layer, wanted, found, context);
                current = layer.withBias(bias).putBias(current);
                corrected.put(layer, bias);
                task.advance(1);
            }
        }
        return corrected;
    }

    private Map<Layer, double[]> byStatistics(
            Model model, Model folded, Map<Layer, double[]> layers, PassContext context) {
        NormalizedMeans means = NormalizedMeans.of(model);
        Map<Layer, double[]> corrected = new LinkedHashMap<>();
        layers.forEach(
                (layer, bias) -> {
                    Optional<double[]> x = means.mean(layer.node().input(0));
                    if (x.isEmpty()) {
                        context.skipped(
                                layer.node().label(),
                                "its bias is not corrected: no batch normalization tells the mean"
                                        + " of '"
                                        + layer.node().input(0)
                                        + "'; method: activations needs none");
                        return;
                    }
                    double[] wanted = products(layer, x.get());
                    double[] found = products(rounded(layer, folded, context), x.get());
                    for (int c = 0; c < bias.length; c++) {
                        bias[c] += wanted[c] - found[c];
                    }
                    note(layer, wanted, found, context);
                    corrected.put(layer, bias);
                });
        return corrected;
    }

    /** W E[x]; edges, where padding is read, count as if they were not. */
    private static double[] products(Layer layer, double[] mean) {
        double[][] rows = layer.rows();
        double[] products = new double[rows.length];
        for (int m = 0; m < rows.length; m++) {
            for (int d = 0; d < rows[m].length; d++) {
                products[m] += rows[m][d] * mean[layer.inputChannel(m, d)];
            }
        }
        return products;
    }

    private static void note(Layer layer, double[] wanted, double[] found, PassContext context) {
        double largest = 0;
        for (int c = 0; c < wanted.length; c++) {
            largest = Math.max(largest, Math.abs(wanted[c] - found[c]));
        }
        context.note(
                String.format(
                        Locale.ROOT,
                        "%s: means corrected by up to %.3g",
                        layer.node().label(),
                        largest));
    }
}
