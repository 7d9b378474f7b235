package dev.espalier.quantize.internal.prepare;

import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.analysis.DiagonalBlocks;
import dev.espalier.core.analysis.ShapeInference;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.GraphEditor;
import dev.espalier.core.ir.Initializer;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.profile.LayerProbe;
import dev.espalier.core.profile.Precision;
import dev.espalier.core.profile.ProfileAnswer;
import dev.espalier.quantize.internal.kernel.FastKernel;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Writes narrow group convolutions densely again, with zeros between the groups: ONNX Runtime has a
 * {@linkplain FastKernel fast integer kernel} for convolutions of one group and for depthwise ones,
 * and computes the others group by group, which takes longer than all of the dense one where groups
 * are narrow. The zeros add nothing to the integer sums.
 *
 * <p>Each kind of layer is timed on the machine at hand, in bytes, densely and in its groups, by
 * the same question that {@code group-conv} asks before it makes groups: what was made because it
 * is faster stays. Where nothing can be timed, it goes by what was measured with ONNX Runtime 1.29
 * on an AMD EPYC (AVX-512 VNNI), one thread, 3×3, µs a layer in bytes, dense and in groups of 32,
 * 16 and 8 channels: 64 channels 28×28 70, 81, 108, 178; 128 channels 14×14 68, 45, 59, 92; 256
 * channels 14×14 246, 82, 109. In groups of 8, 16 channels 32×32 take 57 and densely 13, in float
 * 39 and 26. Pointwise convolutions behave alike.
 */
final class DenseGroups {
    private static final int RANK = 4;

    /** Beyond, a dense weight is so much larger that it is not even tried. */
    private static final int MOST_CHANNELS = 256;

    private static final String DENSE = "1";

    /** Up to so many input channels in all, groups of up to {@link #NARROW} are slower. */
    private static final int FEW_CHANNELS = 64;

    private static final int NARROW = 32;

    /** And up to so many, groups of up to {@link #VERY_NARROW}. */
    private static final int MORE_CHANNELS = 128;

    private static final int VERY_NARROW = 8;

    private final Model model;
    private final PassContext context;

    private DenseGroups(Model model, PassContext context) {
        this.model = model;
        this.context = context;
    }

    /**
     * @param excluded names of nodes that stay float, where groups are no slower
     * @param context is told which layers were rewritten
     */
    static Model rewrite(Model model, Set<String> excluded, PassContext context) {
        Graph graph = model.graph();
        GraphEditor editor = new GraphEditor(graph);
        DenseGroups layers = new DenseGroups(model, context);
        boolean changed = false;
        for (Node node : graph.nodes()) {
            Initializer stored = graph.initializers().get(node.input(1));
            if (!node.is("Conv") || stored == null || excluded.contains(node.name())) {
                continue;
            }
            Tensor weight = stored.tensor();
            long groups = node.attributes().integer("group", 1);
            Optional<String> slow = layers.slow(node, weight, groups);
            if (slow.isEmpty()) {
                continue;
            }
            Tensor dense = DiagonalBlocks.dense(weight, Math.toIntExact(groups));
            editor.replace(
                    node,
                    node.withAttributes(node.attributes().without("group"))
                            .withInput(1, editor.addInitializer(node.input(1) + "_dense", dense)));
            context.note(
                    "%s: written densely, since its %s groups of %s channels are slower in integers%s"
                            .formatted(node.label(), groups, weight.shape().size(1), slow.get()));
            changed = true;
        }
        return changed ? model.withGraph(editor.removeUnused().build()) : model;
    }

    /** Its times where it is slower in groups and they were measured; empty where it is not. */
    private Optional<String> slow(Node node, Tensor weight, long groups) {
        Shape shape = weight.shape();
        if (shape.rank() != RANK || weight.dataType() != DataType.FLOAT || groups == 1) {
            return Optional.empty();
        }
        long width = shape.size(1);
        long inputs = width * groups;
        // A width of 1 is a depthwise convolution, which has a kernel of its own.
        if (width == 1 || inputs > MOST_CHANNELS || !FastKernel.takes(inputs, shape.size(0))) {
            return Optional.empty();
        }
        Optional<ProfileAnswer> answer = answer(node, shape, groups);
        if (answer.isEmpty()) {
            return isUsuallySlow(inputs, width) ? Optional.of("") : Optional.empty();
        }
        String grouped = Long.toString(groups);
        String times =
                String.format(
                        Locale.ROOT,
                        "%.1f µs dense, %.1f in groups",
                        answer.get().micros(DENSE),
                        answer.get().micros(grouped));
        if (answer.get().isFaster(DENSE, grouped)) {
            return Optional.of(": " + times);
        }
        context.note("%s: its %s groups stay: %s".formatted(node.label(), groups, times));
        return Optional.empty();
    }

    /** How long it takes in bytes; empty where its sizes are open, or nothing measures. */
    private Optional<ProfileAnswer> answer(Node node, Shape weight, long groups) {
        if (context.host().timer().isEmpty() && context.host().profiler().isEmpty()) {
            return Optional.empty();
        }
        Shape input = types().shape(node.input(0));
        if (!input.isRanked() || !input.isFixed()) {
            return Optional.empty();
        }
        LayerProbe probe =
                new LayerProbe(
                        input,
                        weight.with(1, Dim.of(weight.size(1) * groups)),
                        node.attributes(),
                        Precision.INT8);
        return context.host().answer(probe.inGroups(List.of(1, Math.toIntExact(groups))));
    }

    private ShapeInference types() {
        try {
            return ShapeInference.of(model, context.inputShapes());
        } catch (InvalidOptionException e) {
            // An input of open sizes: what follows from it is unknown, and not timed.
            return ShapeInference.of(model);
        }
    }

    private static boolean isUsuallySlow(long inputs, long width) {
        return inputs <= FEW_CHANNELS && width <= NARROW
                || inputs <= MORE_CHANNELS && width <= VERY_NARROW;
    }
}
