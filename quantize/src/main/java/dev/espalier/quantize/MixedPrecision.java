package dev.espalier.quantize;

import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.choice.Chooser;
import dev.espalier.core.choice.Chooser.Verdict;
import dev.espalier.core.choice.Decision;
import dev.espalier.core.choice.Measure;
import dev.espalier.core.data.SignalToNoise;
import dev.espalier.core.guard.LossBound;
import dev.espalier.core.guard.LossMeter;
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
        return Diagnosis.notedByLayer(model, quantized(model, context), context);
    }

    private Model quantized(Model model, PassContext context) {
        PassContext trial = context.trial().withData(context.data().withCalibration(walkSamples));
        if (context.data().validation().classes() == 0) {
            throw new InvalidOptionException(
                    "mixed-precision.max-drop needs labelled validation examples, and the data has"
                            + " none; 'quantize' works without");
        }
        LossMeter meter = new LossMeter(model, samples, context);
        if (LayerLevels.tried(quantize).quantized(model, trial) == model) {
            return quantize.quantized(model, context);
        }
        long limit = (long) (size * FourBitCosts.bytes(model));
        LayerLevels levels = levels(model, limit, trial, context);
        Model all = levels.tried(List.of(), trial);
        double drop = lost(meter, all);
        note(context, "all layers in integers: %.2f points lost on validation examples", drop);
        List<String> floats = List.of();
        if (drop <= maxDrop) {
            context.note("within max-drop; no layer goes back to float");
        } else {
            List<FloatCosts.Cost> costs = floatCosts(model, levels, all, trial, context);
            floats = choose(levels, costs, drop, limit, meter, trial, context);
        }
        Model result = levels.with(floats, context);
        if (size < 1) {
            note(
                    context,
                    "%.1f %% of the float file's bytes, %.1f %% allowed",
                    POINTS * FourBitCosts.bytes(result) / FourBitCosts.bytes(model),
                    POINTS * size);
        }
        return result;
    }

    /** Points of top-1. */
    private double lost(LossMeter meter, Model model) {
        return POINTS * meter.of(model, LossBound.ofDrop(maxDrop)).drop().orElseThrow();
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
                new FourBitCosts(
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

    private List<FloatCosts.Cost> floatCosts(
            Model model, LayerLevels levels, Model all, PassContext trial, PassContext context) {
        List<Node> layers = layers(FoldBatchNorm.fold(model), context);
        List<Map<String, Tensor>> inputs = CalibrationInputs.of(model, walkSamples, trial);
        List<FloatCosts.Cost> costs =
                new FloatCosts(model, all, names -> levels.tried(names, trial), context)
                        .of(layers, inputs);
        costs.stream()
                .findFirst()
                .ifPresent(
                        cost ->
                                note(
                                        context,
                                        "the network's output with all layers in integers: %.1f dB",
                                        SignalToNoise.decibels(cost.noise() + cost.gain())));
        for (FloatCosts.Cost cost : costs) {
            note(
                    context,
                    "'%s': %sin float alone it brings the network's to %.1f dB, for %.1f µs",
                    cost.layer(),
                    cost.own().map(MixedPrecision::own).orElse(""),
                    SignalToNoise.decibels(cost.noise()),
                    cost.micros());
        }
        return costs;
    }

    private static String own(double noise) {
        return String.format(Locale.ROOT, "output of %.1f dB; ", SignalToNoise.decibels(noise));
    }

    /** The names of the layers that go back. */
    private List<String> choose(
            LayerLevels levels,
            List<FloatCosts.Cost> costs,
            double drop,
            long limit,
            LossMeter meter,
            PassContext trial,
            PassContext context) {
        List<Decision<Boolean>> decisions = costs.stream().map(FloatCosts.Cost::decision).toList();
        Best best = new Best(List.of(), drop);
        Chooser.walk(
                decisions,
                Chooser.path(decisions, Measure.ERROR, Measure.MICROS),
                (step, choice) -> {
                    String layer = step.decision().name();
                    List<String> names = choice.changed().stream().map(Decision::name).toList();
                    Model tried = levels.tried(names, trial);
                    if (size < 1 && FourBitCosts.bytes(tried) > limit) {
                        note(context, "'%s' stays in integers for the file's size", layer);
                        return Verdict.UNDO;
                    }
                    double left = lost(meter, tried);
                    note(context, "'%s' back in float: %.2f points lost", layer, left);
                    best.offer(names, left);
                    return left <= maxDrop ? Verdict.ENOUGH : Verdict.KEEP;
                });
        if (best.lost > maxDrop) {
            note(
                    context,
                    "max-drop %s was not reached; %.2f points are the best that was found",
                    Double.toString(maxDrop),
                    best.lost);
        }
        return best.names;
    }

    /** What lost least of all that was tried. */
    private static final class Best {
        private List<String> names;
        private double lost;

        Best(List<String> names, double lost) {
            this.names = names;
            this.lost = lost;
        }

        void offer(List<String> tried, double left) {
            if (left < lost) {
                names = tried;
                lost = left;
            }
        }
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
