package dev.espalier.quantize;

import dev.espalier.core.data.Batch;
import dev.espalier.core.data.Dataset;
import dev.espalier.core.data.ModelRunner;
import dev.espalier.core.ir.Model;
import dev.espalier.core.pass.Option;
import dev.espalier.core.pass.Pass;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.PassInfo;
import dev.espalier.core.pass.Progress;
import dev.espalier.core.pass.Withers;
import dev.espalier.quantize.internal.saturation.AnswerCounts;
import dev.espalier.quantize.internal.saturation.SaturatingRun;
import dev.espalier.quantize.internal.saturation.SaturationProof;
import dev.espalier.quantize.internal.saturation.SumsGraph;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
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
 * <p>First it says which layers can saturate at all, which their weights decide: none of a file
 * that {@code quantize} or {@code quantize-dynamic} wrote with {@code target: any}. Signed
 * activations are no remedy in ONNX Runtime: on x86 it turns them into unsigned ones before it
 * fuses anything.
 */
@PassInfo(
        id = "forecast-saturation",
        summary =
                "Proves that 8-bit sums cannot saturate, or predicts what that costs on x86 CPUs"
                        + " without VNNI.")
@Withers
public record ForecastSaturation(
        @Option(value = "256", min = 1, help = "Validation examples to run.") int samples)
        implements Pass, ForecastSaturationBuilder.With {
    private static final int WORST = 3;
    private static final int BATCH = 8;

    @Override
    public Model apply(Model model, PassContext context) {
        SaturationProof proof = SaturationProof.of(model, context.runner());
        context.note(proof.toString());
        proof.unproved()
                .forEach(layer -> context.skipped(layer.layer(), "unproved: " + layer.unproved()));
        if (!proof.saturable().isEmpty()) {
            forecast(model, context);
        }
        return model;
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

    private void forecast(Model model, PassContext context) {
        Dataset examples = examples(context);
        int count = Math.min(samples, examples.size());
        String scores = model.graph().outputs().get(0).name();
        AnswerCounts tally = new AnswerCounts();
        ModelRunner runner = context.runner();
        Model sums = SumsGraph.of(model, false, runner).model();
        try (SaturatingRun saturating = new SaturatingRun(model, runner);
                ModelRunner.Session exact = runner.open(sums);
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
            report(tally, saturating, context);
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

    private static void report(AnswerCounts tally, SaturatingRun run, PassContext context) {
        context.note(
                "on x86 CPUs without VNNI instructions, "
                        + tally
                        + String.format(
                                Locale.ROOT,
                                "; %.3f %% of the sums of %s layers saturate",
                                100 * run.saturatedShare(),
                                run.layers()));
        Map<String, Double> shares = run.saturatedShares();
        shares.entrySet().stream()
                .sorted(Map.Entry.<String, Double>comparingByValue().reversed())
                .limit(WORST)
                .forEach(
                        layer ->
                                context.note(
                                        String.format(
                                                Locale.ROOT,
                                                "%s: %.3f %% of its sums saturate there",
                                                layer.getKey(),
                                                100 * layer.getValue())));
        run.whole()
                .forEach(
                        layer -> context.skipped(layer, "its sums are not forecast, in this form"));
        if (!shares.isEmpty()) {
            context.note("with target: any, which is the default, nothing could saturate");
        }
    }
}
