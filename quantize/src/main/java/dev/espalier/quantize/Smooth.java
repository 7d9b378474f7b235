package dev.espalier.quantize;

import dev.espalier.core.ir.GraphEditor;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.pass.Option;
import dev.espalier.core.pass.Pass;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.PassInfo;
import dev.espalier.core.pass.Proof;
import dev.espalier.core.pass.Withers;
import dev.espalier.quantize.internal.calibration.ChannelRanges;
import dev.espalier.quantize.internal.calibration.NonFinite;
import dev.espalier.quantize.internal.effect.Diagnosis;
import dev.espalier.quantize.internal.linear.LayerInputs;
import dev.espalier.quantize.internal.linear.LinearLayer;
import dev.espalier.quantize.internal.linear.LinearLayers;
import dev.espalier.quantize.internal.smooth.GroupFinder;
import dev.espalier.quantize.internal.smooth.SmoothingGroup;
import dev.espalier.quantize.internal.smooth.SmoothingScales;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Makes activations easier to quantize by moving the scale of outlying channels into the weights
 * that read them; what the network computes stays the same, and is proved to.
 *
 * <pre>
 *   Y = X W = (X diag(s)^-1) (diag(s) W)
 *   s_j = max|X_j|^alpha / max|W_j|^(1 - alpha)
 * </pre>
 *
 * <p>with X_j channel j of the input over all calibration samples and W_j row j of the weights, of
 * all layers together that read the same input. {@code diag(s)^-1} is folded into what makes X: the
 * scale and shift of a LayerNormalization or of one spelled out, a bias, a Mul by a vector, or the
 * columns of a MatMul or Gemm, also through Relu. Where something else reads X, such as a residual
 * sum, or nothing of that kind makes it, nothing can be folded: the layers are named and stay, or,
 * with {@code insert-mul}, get a Mul of their own, which costs a little time.
 *
 * <p>A channel that is zero on all samples, or whose weights are all zero, keeps s = 1. Use it
 * before {@code quantize-dynamic} or {@code quantize}.
 *
 * <p>See Xiao et al., SmoothQuant: Accurate and Efficient Post-Training Quantization for Large
 * Language Models, 2023.
 */
@PassInfo(
        id = "smooth",
        summary = "Moves outliers of activations into weights before a quantization; results stay.",
        paper = "https://arxiv.org/abs/2211.10438")
@Withers
public record Smooth(
        @Option(
                        value = "0.5",
                        min = 0,
                        max = 1,
                        help = "How much of the difference goes into the weights: 1 is all of it.")
                double alpha,
        @Option(
                        value = "false",
                        help = "Whether a Mul is inserted where the scale cannot be folded.")
                boolean insertMul,
        @Option(value = "[]", help = "Names of MatMul and Gemm nodes to leave alone.")
                List<String> exclude)
        implements Pass, SmoothBuilder.With {
    private static final String ID = "smooth";

    public Smooth {
        exclude = List.copyOf(exclude);
    }

    @Override
    public Model apply(Model model, PassContext context) {
        Map<String, ChannelRanges> ranges = new LinkedHashMap<>();
        List<SmoothingGroup> groups = observed(model, groups(model, context), ranges, context);
        if (groups.isEmpty()) {
            context.note(
                    "nothing was smoothed: no input of a MatMul or Gemm can be; those that are there are named with the reason");
            return model;
        }
        GraphEditor editor = new GraphEditor(model.graph());
        Map<String, Tensor> current = new HashMap<>();
        double before = 0;
        double after = 0;
        for (SmoothingGroup group : groups) {
            ChannelRanges seen = ranges.get(group.input());
            float[] scales = SmoothingScales.of(seen, group.weightMaxima(), alpha);
            group.write(editor, scales, current);
            before += SmoothingScales.spread(seen, null);
            after += SmoothingScales.spread(seen, scales);
        }
        context.note(
                String.format(
                        Locale.ROOT,
                        "%s inputs of MatMul and Gemm smoothed: the largest channel was on average %.1f times the median one, now %.1f times",
                        groups.size(),
                        before / groups.size(),
                        after / groups.size()));
        Model smoothed = model.withGraph(editor.removeUnused().closeInputs().build());
        return Diagnosis.noted(model, Proof.noted(model, smoothed, context), context);
    }

    /**
     * Watches what the layers read.
     *
     * @param ranges is filled
     * @return those of {@code groups} whose input is finite on all samples
     */
    private static List<SmoothingGroup> observed(
            Model model,
            List<SmoothingGroup> groups,
            Map<String, ChannelRanges> ranges,
            PassContext context) {
        if (groups.isEmpty()) {
            return groups;
        }
        Map<String, Integer> channels = new LinkedHashMap<>();
        for (SmoothingGroup group : groups) {
            ranges.put(group.input(), new ChannelRanges(-1));
            channels.put(group.input(), group.k());
        }
        long kept = channels.values().stream().mapToLong(ChannelRanges::bytes).sum();
        Map<String, NonFinite> infinite =
                LayerInputs.observe(
                        model,
                        ranges.keySet(),
                        kept,
                        context,
                        (name, values) -> {
                            int k = channels.get(name);
                            ranges.get(name).add(Shape.of(values.length / k, k), values);
                        });
        List<SmoothingGroup> finite = new ArrayList<>();
        for (SmoothingGroup group : groups) {
            NonFinite found = infinite.get(group.input());
            if (found == null) {
                finite.add(group);
            } else {
                context.skipped(
                        group.input(),
                        "its layers are not smoothed: it has been %s".formatted(found));
            }
        }
        return finite;
    }

    /** The structure alone: scales are 1. */
    @Override
    public Model preview(Model model, PassContext context) {
        List<SmoothingGroup> groups = groups(model, context);
        GraphEditor editor = new GraphEditor(model.graph());
        for (SmoothingGroup group : groups) {
            float[] ones = new float[group.k()];
            Arrays.fill(ones, 1);
            group.write(editor, ones, new HashMap<>());
        }
        return groups.isEmpty()
                ? model
                : model.withGraph(editor.removeUnused().closeInputs().build());
    }

    @Override
    public boolean needsData() {
        return true;
    }

    private List<SmoothingGroup> groups(Model model, PassContext context) {
        Map<String, List<LinearLayer>> byInput = new LinkedHashMap<>();
        for (LinearLayer layer : LinearLayers.of(model, exclude, ID, context)) {
            byInput.computeIfAbsent(layer.input(), input -> new ArrayList<>()).add(layer);
        }
        GroupFinder finder = new GroupFinder(model, insertMul, context);
        List<SmoothingGroup> groups = new ArrayList<>();
        byInput.forEach((input, layers) -> finder.find(input, layers).ifPresent(groups::add));
        return groups;
    }
}
