package dev.espalier.quantize.saturation;

import dev.espalier.core.data.Batch;
import dev.espalier.core.data.Dataset;
import dev.espalier.core.data.ModelRunner;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.pass.Option;
import dev.espalier.core.pass.Pass;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.PassInfo;
import dev.espalier.core.pass.Progress;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Predicts the accuracy of an 8-bit model on x86 CPUs that have AVX2 or AVX-512 but no VNNI
 * instructions, and changes nothing. There ONNX Runtime multiplies unsigned by signed bytes with
 * VPMADDUBSW, which adds pairs of products in 16 bits:
 *
 * <pre>
 *   clamp(a0 w0 + a1 w1, -32768, 32767)     a in 0..255, w in -127..127
 * </pre>
 *
 * <p>The prediction is no estimate: every layer's sums are computed as such a CPU computes them, on
 * the validation examples, in the order of the runtime's own kernels (channels last). Where the
 * examples have no labels, it says how often the class stays the same.
 *
 * <p>Weights of 7 bits cannot saturate, since {@code 2 * 255 * 64 < 32767}: {@code quantize:
 * {integers: {weight-bits: 7}}}, or {@code target: x86-no-vnni}. Signed activations are no remedy
 * in ONNX Runtime: on x86 it turns them into unsigned ones before it fuses anything.
 */
@PassInfo(
        id = "forecast-saturation",
        summary = "Predicts the accuracy of 8-bit integers on x86 CPUs without VNNI instructions.")
public record ForecastSaturation(
        @Option(value = "256", min = 1, help = "Validation examples to run.") int samples)
        implements Pass {
    private static final Set<String> INTEGER_LAYERS =
            Set.of("QLinearConv", "QLinearMatMul", "QGemm", "MatMulIntegerToFloat");

    private static final int WORST = 3;
    private static final int BATCH = 8;

    @Override
    public Model apply(Model model, PassContext context) {
        ConstantValues constants = new ConstantValues(model, context.runner());
        List<ByteLayer> layers = layers(model, constants);
        List<Node> written =
                model.graph().nodes().stream().filter(ForecastSaturation::isInteger).toList();
        if (!written.isEmpty()) {
            context.skipped(
                    written.get(0).label(),
                    "integer operators are not forecast; their sums are those of the same model"
                            + " quantized with integers: {format: qdq}");
            return model;
        }
        if (layers.isEmpty()) {
            context.note("no layer multiplies unsigned by signed bytes: nothing can saturate");
            return model;
        }
        List<ByteLayer> at = layers.stream().filter(l -> new LostSums(l).isPossible()).toList();
        if (at.isEmpty()) {
            context.note(
                    "nothing can saturate: no two neighbouring weights of the %d layers are great enough"
                            .formatted(layers.size()));
            return model;
        }
        forecast(model, at, constants, context);
        return model;
    }

    /** Whether {@code node} is a layer that is written as an integer operator. */
    private static boolean isInteger(Node node) {
        return INTEGER_LAYERS.contains(node.opType());
    }

    /** Nothing is changed in any case. */
    @Override
    public Model preview(Model model, PassContext context) {
        return model;
    }

    @Override
    public boolean needsData() {
        return true;
    }

    /** The layers that multiply unsigned by signed bytes, in the graph's order. */
    static List<ByteLayer> layers(Model model, ConstantValues constants) {
        return model.graph().nodes().stream()
                .flatMap(node -> ByteLayer.of(node, model.graph(), constants).stream())
                .toList();
    }

    private void forecast(
            Model model, List<ByteLayer> layers, ConstantValues constants, PassContext context) {
        Dataset examples = examples(context);
        int count = Math.min(samples, examples.size());
        String scores = model.graph().outputs().get(0).name();
        Tally tally = new Tally();
        try (SaturatingRun saturating =
                        new SaturatingRun(model, layers, constants, context.runner());
                ModelRunner.Session exact = context.runner().open(model);
                Progress.Task task =
                        context.progress().begin("forecast of saturation", count, "examples")) {
            int batch = batchSize(model);
            for (int from = 0; from < count; from += batch) {
                context.checkCancelled();
                int to = Math.min(from + batch, count);
                Batch inputs = examples.batch(IntStream.range(from, to).toArray());
                tally.add(
                        labels(examples, inputs),
                        exact.run(inputs.inputs()).get(scores),
                        saturating.run(inputs.inputs()).get(scores));
                task.advance(to - from);
            }
            report(tally, saturating, layers, context);
        }
    }

    private static int[] labels(Dataset examples, Batch inputs) {
        int[] labels = inputs.labels().clone();
        if (examples.classes() == 0) {
            Arrays.fill(labels, -1);
        }
        return labels;
    }

    private static Dataset examples(PassContext context) {
        Dataset validation = context.data().validation();
        return validation.size() > 0 ? validation : context.data().calibration();
    }

    private static int batchSize(Model model) {
        return model.graph().feeds().stream()
                .flatMap(feed -> feed.type().stream())
                .map(type -> type.shape())
                .filter(shape -> shape.isRanked() && shape.rank() > 0 && shape.dim(0).isFixed())
                .map(shape -> Math.toIntExact(Math.max(1, shape.size(0))))
                .findFirst()
                .orElse(BATCH);
    }

    private static void report(
            Tally tally, SaturatingRun run, List<ByteLayer> layers, PassContext context) {
        context.note(
                "on x86 CPUs without VNNI instructions, "
                        + tally
                        + String.format(
                                Locale.ROOT,
                                "; %.3f %% of the sums of %d layers saturate",
                                100 * run.saturatedShare(),
                                layers.size()));
        layers.stream()
                .filter(layer -> run.saturatedShare(layer) > 0)
                .sorted(Comparator.comparingDouble(layer -> -run.saturatedShare(layer)))
                .limit(WORST)
                .forEach(
                        layer ->
                                context.note(
                                        String.format(
                                                Locale.ROOT,
                                                "%s: %.3f %% of its sums saturate there",
                                                layer.node().label(),
                                                100 * run.saturatedShare(layer))));
        if (run.saturatedShare() > 0) {
            context.note(
                    "with quantize: {integers: {target: x86-no-vnni}}, that is weights of 7 bits,"
                            + " nothing could saturate");
        }
    }
}
