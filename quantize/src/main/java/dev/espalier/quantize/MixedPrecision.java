package dev.espalier.quantize;

import dev.espalier.core.data.SignalToNoise;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.layer.Layer;
import dev.espalier.core.pass.Option;
import dev.espalier.core.pass.Pass;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.PassInfo;
import dev.espalier.core.pass.Withers;
import dev.espalier.core.profile.LayerKind;
import dev.espalier.core.profile.Precision;
import dev.espalier.core.recipe.Options;
import dev.espalier.core.simplify.FoldBatchNorm;
import dev.espalier.quantize.internal.effect.Diagnosis;
import dev.espalier.quantize.internal.repair.CalibrationInputs;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Quantizes, and gives each layer as many bits as accuracy and size want: 8, 4 or those of float.
 *
 * <p>Where the file would have more than {@code size} of the float file's bytes, layers get weights
 * of 4 bits until it fits, under activations of 8 and stored two to a byte. Each layer is tried
 * alone, rounded to nearest; those go first whose bytes cost least:
 *
 * <pre>
 *   cost = (noise with this one in 4 bits - noise with all in 8) / bytes that the file shrinks by
 *   noise = sum (y - y')^2 / sum y^2       y, y': outputs of the float and of the other network
 * </pre>
 *
 * <p>Those chosen are then rounded as {@code round-weights: {rounding: learned}} does.
 *
 * <p>Where that costs more than {@code max-drop} points of top-1 on validation examples, each layer
 * is tried in float alone. That gives by how much it lowers the noise and by how many microseconds
 * it slows a run:
 *
 * <pre>
 *   rate = (noise with all in integers - noise with this one in float) / microseconds
 * </pre>
 *
 * <p>Layers go back in the order of their rates until the drop is within bounds, except for those
 * with which the file would be too large. Where the drop never is, the best of what was tried is
 * returned and the note says so. Trials calibrate on {@code walk-samples}, the result on all; only
 * the result is measured for layers that are slower in integers. Nodes without a name of their own
 * stay in 8 bits.
 */
@PassInfo(
        id = "mixed-precision",
        summary = "Gives each layer 8 bits, 4 or float, to a bound on accuracy lost and on size.")
@Withers
public record MixedPrecision(
        @Option(
                        value = "0.5",
                        min = 0,
                        max = 100,
                        help = "Points of top-1 on validation examples that may be lost.")
                double maxDrop,
        @Option(
                        value = "1",
                        min = 0.01,
                        max = 1,
                        help =
                                "Share of the float file's bytes that the result may have; 1 is no"
                                        + " bound.")
                double size,
        @Option(value = "2000", min = 1, help = "Validation examples that decide, at the most.")
                int samples,
        @Option(value = "64", min = 1, help = "Calibration samples that layers are tried on.")
                int walkSamples,
        @Option(help = "How layers are quantized; what 'keep-float' names stays float in any case.")
                Quantize quantize)
        implements Pass, MixedPrecisionBuilder.With {
    private static final double POINTS = 100;
    private static final RoundWeights FOUR_BITS =
            Options.defaults(RoundWeights.class).withWeightBits(4);

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
        return Diagnosis.noted(model, quantized(model, context), context);
    }

    private Model quantized(Model model, PassContext context) {
        PassContext trial = context.trial().withData(context.data().withCalibration(walkSamples));
        TopOne topOne = new TopOne(samples, context);
        double before = topOne.of(model);
        if (LayerLevels.tried(quantize).quantized(model, trial) == model) {
            return quantize.quantized(model, context);
        }
        long limit = (long) (size * FourBitWalk.bytes(model));
        LayerLevels levels = levels(model, limit, trial, context);
        Model all = levels.tried(List.of(), trial);
        double drop = POINTS * (before - topOne.of(all));
        note(context, "all layers in integers: %.2f points lost on validation examples", drop);
        List<String> floats = List.of();
        if (drop <= maxDrop) {
            context.note("within max-drop; no layer goes back to float");
        } else {
            List<ErrorWalk.Step> steps = walk(model, levels, all, trial, context);
            floats = choose(levels, steps, before, drop, limit, topOne, trial, context);
        }
        Model result = levels.with(floats, context);
        if (size < 1) {
            note(
                    context,
                    "%.1f %% of the float file's bytes, %.1f %% allowed",
                    POINTS * FourBitWalk.bytes(result) / FourBitWalk.bytes(model),
                    POINTS * size);
        }
        return result;
    }

    /** The layers' bits without looking at top-1. */
    private LayerLevels levels(Model model, long limit, PassContext trial, PassContext context) {
        if (size == 1) {
            return LayerLevels.ofEight(model, quantize);
        }
        Quantize packed = quantize.withIntegers(quantize.integers().withPacked(true));
        Model folded = FoldBatchNorm.fold(model);
        List<Map<String, Tensor>> inputs = CalibrationInputs.of(model, walkSamples, trial);
        List<Node> layers = layers(folded, context);
        List<Layer> chosen =
                new FourBitWalk(
                                LayerLevels.tried(packed),
                                new OutputNoise(model, inputs, context),
                                trial)
                        .choose(folded, layers, limit, context);
        context.note(
                chosen.isEmpty()
                        ? "small enough with all layers in 8 bits"
                        : "%s of %s layers get weights of 4 bits"
                                .formatted(chosen.size(), layers.size()));
        return chosen.isEmpty()
                ? LayerLevels.ofEight(model, quantize)
                : new LayerLevels(folded, chosen, FOUR_BITS.round(folded, chosen, context), packed);
    }

    private List<ErrorWalk.Step> walk(
            Model model, LayerLevels levels, Model all, PassContext trial, PassContext context) {
        List<Node> layers = layers(FoldBatchNorm.fold(model), context);
        List<Map<String, Tensor>> inputs = CalibrationInputs.of(model, walkSamples, trial);
        List<ErrorWalk.Step> steps =
                new ErrorWalk(model, all, names -> levels.tried(names, trial), context)
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
            LayerLevels levels,
            List<ErrorWalk.Step> steps,
            double before,
            double drop,
            long limit,
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
            Model tried = levels.tried(names, trial);
            if (size < 1 && FourBitWalk.bytes(tried) > limit) {
                note(context, "'%s' stays in integers for the file's size", step.layer());
                names.remove(step.layer());
                continue;
            }
            double left = POINTS * (before - topOne.of(tried));
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
            if (!Layer.isWeighted(node)) {
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

    @Override
    public Optional<Precision> computes(LayerKind kind) {
        return Optional.of(Precision.INT8);
    }
}
