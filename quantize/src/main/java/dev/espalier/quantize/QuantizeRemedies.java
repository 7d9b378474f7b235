package dev.espalier.quantize;

import dev.espalier.core.ir.Graph;
import dev.espalier.core.layer.Layer;
import dev.espalier.core.pass.Pass;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.Remedy;
import dev.espalier.core.pass.Remedy.Situation;
import dev.espalier.core.pass.Remedy.Variant;
import dev.espalier.core.recipe.Options;
import dev.espalier.quantize.internal.grid.WeightGrid;
import dev.espalier.quantize.option.Calibration;
import dev.espalier.quantize.option.Rounding;
import dev.espalier.quantize.option.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What helps where {@code quantize} loses too much, from cheap to dear: what costs minutes here and
 * nothing later comes before what makes each run slower.
 */
final class QuantizeRemedies {
    private static final int BITS = 8;

    private QuantizeRemedies() {}

    static List<Remedy> all() {
        return List.of(
                new Remedy("calibration", QuantizeRemedies::calibrations),
                new Remedy("target", QuantizeRemedies::targets),
                new Remedy("scales", QuantizeRemedies::scales),
                new Remedy("bias correction", QuantizeRemedies::biases),
                new Remedy("learned rounding", QuantizeRemedies::roundings),
                FloatRemedy.of(
                        (last, names, given, context) ->
                                LayerLevels.tried((Quantize) last)
                                        .excluding(names)
                                        .quantized(given, context),
                        (last, names) -> ((Quantize) last).excluding(names)));
    }

    private static Quantize last(Situation situation) {
        return (Quantize) situation.last();
    }

    private static List<Variant> calibrations(Situation situation, PassContext context) {
        List<Variant> variants = new ArrayList<>();
        for (Calibration calibration : Calibration.values()) {
            if (calibration != last(situation).calibration()) {
                variants.add(
                        new Variant(
                                "calibration: "
                                        + calibration
                                                .name()
                                                .toLowerCase(Locale.ROOT)
                                                .replace('_', '-'),
                                situation.withLast(last(situation).withCalibration(calibration))));
            }
        }
        return variants;
    }

    /**
     * A file for CPUs with exact sums gets weights that are right everywhere where sums are not
     * exact. Never the other way: it would be wrong on other CPUs than this one.
     */
    private static List<Variant> targets(Situation situation, PassContext context) {
        Quantize last = last(situation);
        boolean saturates =
                last.integers().target() == Target.VNNI && !Target.addsExactly(context.runner());
        return saturates
                ? List.of(
                        new Variant(
                                "target: any",
                                situation.withLast(
                                        last.withIntegers(last.integers().withTarget(Target.ANY)))))
                : List.of();
    }

    private static List<Variant> scales(Situation situation, PassContext context) {
        Quantize last = last(situation);
        return last.integers().perChannel()
                ? List.of()
                : List.of(
                        new Variant(
                                "a scale for each output channel",
                                situation.withLast(
                                        last.withIntegers(last.integers().withPerChannel(true)))));
    }

    private static List<Variant> biases(Situation situation, PassContext context) {
        Quantize last = last(situation);
        Pass correction =
                Options.defaults(CorrectBias.class)
                        .withWeightBits(BITS)
                        .withPerChannel(last.integers().perChannel())
                        .withTarget(last.integers().target());
        return hasRoundedWeights(situation.before().graph())
                ? List.of()
                : List.of(new Variant("biases corrected", situation.withBeforeLast(correction)));
    }

    /**
     * Learned rounding corrects biases itself, so that it takes the place of what does only that.
     */
    private static List<Variant> roundings(Situation situation, PassContext context) {
        Quantize last = last(situation);
        if (hasRoundedWeights(situation.before().graph()) || !last.integers().perChannel()) {
            return List.of();
        }
        Pass rounding =
                Options.defaults(RoundWeights.class)
                        .withWeightBits(BITS)
                        .withRounding(Rounding.LEARNED)
                        .withTarget(last.integers().target());
        return List.of(new Variant("rounding learned", List.of(rounding, last)));
    }

    /** Whether another pass gave weights few bits, which these would lose. */
    private static boolean hasRoundedWeights(Graph graph) {
        List<Layer> layers =
                graph.nodes().stream()
                        .flatMap(node -> Layer.of(node, graph::constant).stream())
                        .toList();
        long rounded = layers.stream().filter(QuantizeRemedies::isRounded).count();
        // A weight of few numbers may lie on a grid by chance.
        return 2 * rounded > layers.size();
    }

    private static boolean isRounded(Layer layer) {
        int axis = layer.form().outputAxis(layer.weight().shape());
        return WeightGrid.ofFourBits(layer.weight(), axis).isPresent();
    }
}
