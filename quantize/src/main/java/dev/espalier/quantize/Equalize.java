package dev.espalier.quantize;

import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.analysis.ChannelGroup;
import dev.espalier.core.analysis.ChannelGroups;
import dev.espalier.core.analysis.FrozenChannels;
import dev.espalier.core.ir.Model;
import dev.espalier.core.layer.InnerLayer;
import dev.espalier.core.op.Operators;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.pass.Option;
import dev.espalier.core.pass.Pass;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.PassInfo;
import dev.espalier.core.pass.Proof;
import dev.espalier.core.pass.Withers;
import dev.espalier.core.simplify.FoldBatchNorm;
import dev.espalier.quantize.internal.effect.Diagnosis;
import dev.espalier.quantize.internal.repair.GroupSegments;
import dev.espalier.quantize.internal.repair.ScaledChannels;
import dev.espalier.quantize.internal.repair.ScaledWeights;
import dev.espalier.quantize.internal.repair.WeightSlices;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Cross-layer equalization: gives the channels between two layers the range that suits both.
 *
 * <pre>
 *   y = W2 relu(W1 x + b1)
 *     = (W2 S) relu(S^-1 W1 x + S^-1 b1)         S = diag(s), s > 0
 *
 *   s_i = sqrt(r1_i r2_i) / r2_i                 r1_i = max |row i of W1|
 *                                                r2_i = max |column i of W2|
 * </pre>
 *
 * <p>Afterwards row i and column i both reach sqrt(r1_i r2_i), so that one scale for all channels
 * of an activation, or for a weight, loses the least. Where several layers make or read the same
 * channels, along a residual stream for instance, r1 and r2 are the greatest of all of them, and
 * all are scaled. Between the layers, operators have to let a factor through: Relu, PRelu, pooling,
 * Concat, Add of terms that are all scaled do; a Clip to 0..6 does not. A depthwise convolution is
 * scaled for its input and its output independently. Batch normalization is folded first. Segments
 * are balanced in turn, until no factor is further than a millionth from 1.
 *
 * <p>Needs no data. The result is proved to compute the same. A channel whose rows or columns are
 * (nearly) zero keeps its scale. See Nagel et al., Data-Free Quantization Through Weight
 * Equalization and Bias Correction, 2019, sections 4.1.1 and 4.1.2.
 */
@PassInfo(
        id = "equalize",
        summary = "Evens out the ranges of channels between layers, so that few bits suit all.",
        paper = "https://arxiv.org/abs/1906.04721")
@Withers
public record Equalize(
        @Option(
                        value = "100",
                        min = 1,
                        max = 10000,
                        help = "Rounds over all layers at the most; ends earlier when settled.")
                int sweeps)
        implements Pass, EqualizeBuilder.With {
    /** A round that changes no channel by more has found the balance. */
    private static final double SETTLED = 1e-6;

    /** Slices this much smaller than the greatest of their kind count as empty. */
    private static final double EMPTY = 1e-8;

    @Override
    public Model apply(Model model, PassContext context) {
        Model equalized = Proof.noted(model, preview(model, context), context);
        return Diagnosis.noted(model, equalized, context);
    }

    @Override
    public Model preview(Model model, PassContext context) {
        requireFloat(model);
        Model folded = FoldBatchNorm.fold(model);
        ChannelGroups groups = ChannelGroups.of(folded, context.inputShapes());
        for (FrozenChannels frozen : groups.frozen()) {
            context.skipped(
                    frozen.layer().node().label(),
                    "keeps the scale of %s channels: %s"
                            .formatted(frozen.channels(), frozen.reason()));
        }
        for (InnerLayer inner : InnerLayer.of(folded)) {
            context.skipped(inner.where(), "keeps the scale of its channels: " + inner.reason());
        }
        List<ScaledChannels> segments = new ArrayList<>();
        for (ChannelGroup group : groups.groups()) {
            segments.addAll(new GroupSegments(groups, group).find(context::skipped));
        }
        if (segments.isEmpty()) {
            context.note("no two layers have channels between them that may be scaled");
            return model;
        }
        ScaledWeights weights = new ScaledWeights(groups.types());
        double[][] total = new double[segments.size()][];
        int sweep = balance(segments, weights, total);
        for (int i = 0; i < total.length; i++) {
            note(segments.get(i), total[i], context);
        }
        context.note("%s sets of channels balanced in %s rounds".formatted(segments.size(), sweep));
        return weights.write(folded);
    }

    private static void requireFloat(Model model) {
        model.graph().nodes().stream()
                .filter(node -> Operators.has(node, Trait.QUANTIZES))
                .findFirst()
                .ifPresent(
                        node -> {
                            throw new UnsupportedModelException(
                                    node.label()
                                            + " shows that this model is quantized; repair the float"
                                            + " model, before quantize in the recipe");
                        });
    }

    /** Returns the number of rounds; {@code total} receives the product of all factors. */
    private int balance(List<ScaledChannels> segments, ScaledWeights weights, double[][] total) {
        for (int i = 0; i < total.length; i++) {
            total[i] = new double[segments.get(i).group().size()];
            java.util.Arrays.fill(total[i], 1);
        }
        for (int sweep = 1; ; sweep++) {
            double largest = 0;
            for (int i = 0; i < total.length; i++) {
                double[] s = scales(segments.get(i), weights);
                scale(segments.get(i), weights, s);
                for (int c = 0; c < s.length; c++) {
                    largest = Math.max(largest, Math.abs(Math.log(s[c])));
                    total[i][c] *= s[c];
                }
            }
            if (largest <= SETTLED || sweep == sweeps) {
                return sweep;
            }
        }
    }

    /** s of the formula, by channel. */
    private static double[] scales(ScaledChannels segment, ScaledWeights weights) {
        double[] r1 = greatest(segment, segment.rows(), weights);
        double[] r2 = greatest(segment, segment.columns(), weights);
        double least1 = EMPTY * java.util.Arrays.stream(r1).max().orElse(0);
        double least2 = EMPTY * java.util.Arrays.stream(r2).max().orElse(0);
        double[] s = new double[r1.length];
        for (int c = 0; c < s.length; c++) {
            s[c] = r1[c] > least1 && r2[c] > least2 ? Math.sqrt(r1[c] / r2[c]) : 1;
        }
        return s;
    }

    private static double[] greatest(
            ScaledChannels segment, List<WeightSlices> slices, ScaledWeights weights) {
        double[] greatest = new double[segment.group().size()];
        for (WeightSlices each : slices) {
            double[] own = weights.greatest(each, segment.group());
            for (int c = 0; c < own.length; c++) {
                greatest[c] = Math.max(greatest[c], own[c]);
            }
        }
        return greatest;
    }

    private static void scale(ScaledChannels segment, ScaledWeights weights, double[] s) {
        double[] inverse = java.util.Arrays.stream(s).map(x -> 1 / x).toArray();
        segment.rows().forEach(rows -> weights.multiply(rows, segment.group(), inverse));
        segment.followers().forEach(each -> weights.multiply(each, segment.group(), inverse));
        segment.columns().forEach(columns -> weights.multiply(columns, segment.group(), s));
    }

    private static void note(ScaledChannels segment, double[] s, PassContext context) {
        context.note(
                String.format(
                        Locale.ROOT,
                        "%s: %s channels divided by %.3g to %.3g",
                        segment.name(),
                        s.length,
                        java.util.Arrays.stream(s).min().orElse(1),
                        java.util.Arrays.stream(s).max().orElse(1)));
    }
}
