package dev.espalier.quantize.repair;

import dev.espalier.core.data.SignalToNoise;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.pass.Option;
import dev.espalier.core.pass.Pass;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.PassInfo;
import dev.espalier.core.simplify.FoldBatchNorm;
import dev.espalier.quantize.Quantize;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Quantizes, and lets as few layers go back to float as the accuracy wants.
 *
 * <p>Where all layers in integers cost more than {@code max-drop} points of top-1 on validation
 * examples, each layer is tried in float alone. That gives by how much it lowers the noise of the
 * network's output and by how many microseconds it slows a run:
 *
 * <pre>
 *   rate = (noise with all in integers - noise with this one in float) / microseconds
 *   noise = sum (y - y')^2 / sum y^2       y, y': outputs of the float and of the other network
 * </pre>
 *
 * <p>Layers go back in the order of their rates until the drop is within bounds. Where it never is,
 * the best of what was tried is returned and the note says so. Trials calibrate on {@code
 * walk-samples}, the result on all. Nodes without a name of their own stay in integers.
 */
@PassInfo(
        id = "mixed-precision",
        summary = "Quantizes but for the layers whose return to float buys most accuracy for time.")
public record MixedPrecision(
        @Option(
                        value = "0.5",
                        min = 0,
                        max = 100,
                        help = "Points of top-1 on validation examples that may be lost.")
                double maxDrop,
        @Option(value = "2000", min = 1, help = "Validation examples that decide, at the most.")
                int samples,
        @Option(value = "64", min = 1, help = "Calibration samples that layers are tried on.")
                int walkSamples,
        @Option(help = "How layers are quantized; what 'keep-float' names stays float in any case.")
                Quantize quantize)
        implements Pass {
    private static final double POINTS = 100;

    @Override
    public boolean needsData() {
        return true;
    }

    @Override
    public Model preview(Model model, PassContext context) {
        return quantize.preview(model, context);
    }

    @Override
    public Model apply(Model model, PassContext context) {
        PassContext trial = new TrialContext(context, walkSamples);
        TopOne topOne = new TopOne(samples, context);
        double before = topOne.of(model);
        Model all = quantize.apply(model, trial);
        if (all == model) {
            return quantize.apply(model, context);
        }
        double drop = POINTS * (before - topOne.of(all));
        note(context, "all layers in integers: %.2f points lost on validation examples", drop);
        if (drop <= maxDrop) {
            context.note("within max-drop; no layer goes back to float");
            return quantize.apply(model, context);
        }
        List<ErrorWalk.Step> steps = walk(model, all, trial, context);
        List<String> chosen = choose(model, steps, before, drop, topOne, trial, context);
        return quantize.excluding(chosen).apply(model, context);
    }

    private List<ErrorWalk.Step> walk(
            Model model, Model all, PassContext trial, PassContext context) {
        List<Node> layers = layers(FoldBatchNorm.fold(model), context);
        List<Map<String, Tensor>> inputs = CalibrationInputs.of(model, walkSamples, trial);
        List<ErrorWalk.Step> steps =
                new ErrorWalk(
                                model,
                                all,
                                names -> quantize.excluding(names).apply(model, trial),
                                context)
                        .walk(layers, inputs);
        steps.stream()
                .findFirst()
                .ifPresent(
                        step ->
                                note(
                                        context,
                                        "the network's output with all layers in integers: %.1f dB",
                                        SignalToNoise.decibels(step.noise() + step.gain())));
        for (ErrorWalk.Step step : steps) {
            note(
                    context,
                    "'%s': %sin float alone it brings the network's to %.1f dB, for %.1f µs",
                    step.layer(),
                    step.own().map(MixedPrecision::own).orElse(""),
                    SignalToNoise.decibels(step.noise()),
                    step.micros());
        }
        return steps;
    }

    private static String own(double noise) {
        return String.format(Locale.ROOT, "output of %.1f dB; ", SignalToNoise.decibels(noise));
    }

    /** The names of the layers that go back. */
    private List<String> choose(
            Model model,
            List<ErrorWalk.Step> steps,
            double before,
            double drop,
            TopOne topOne,
            PassContext trial,
            PassContext context) {
        List<String> names = new ArrayList<>();
        List<String> best = List.of();
        double least = drop;
        for (ErrorWalk.Step step : steps) {
            if (step.gain() <= 0) {
                continue;
            }
            names.add(step.layer());
            double left =
                    POINTS * (before - topOne.of(quantize.excluding(names).apply(model, trial)));
            note(context, "'%s' back in float: %.2f points lost", step.layer(), left);
            if (left < least) {
                least = left;
                best = List.copyOf(names);
            }
            if (left <= maxDrop) {
                return names;
            }
        }
        note(
                context,
                "max-drop %s was not reached; %.2f points are the best that was found",
                Double.toString(maxDrop),
                least);
        return best;
    }

    private static List<Node> layers(Model model, PassContext context) {
        Set<String> taken = new HashSet<>();
        List<Node> layers = new ArrayList<>();
        for (Node node : model.graph().nodes()) {
            if (!FilterMatrix.isWeighted(node)) {
                continue;
            }
            if (node.name().isEmpty() || !taken.add(node.name())) {
                context.skipped(node.label(), "has no name of its own by which to leave it float");
            } else {
                layers.add(node);
            }
        }
        return layers;
    }

    private static void note(PassContext context, String text, Object... arguments) {
        context.note(String.format(Locale.ROOT, text, arguments));
    }
}
