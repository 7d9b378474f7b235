package dev.espalier.quantize;

import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.upgrade.OpsetUpgrade;
import dev.espalier.quantize.internal.calibration.Observations;
import dev.espalier.quantize.internal.grid.Grid;
import dev.espalier.quantize.internal.grid.ValueRange;
import dev.espalier.quantize.internal.kernel.Foldings;
import dev.espalier.quantize.internal.kernel.PixelFolding;
import dev.espalier.quantize.internal.kernel.WeightedLayer;
import dev.espalier.quantize.internal.placement.CalibratedRanges;
import dev.espalier.quantize.internal.placement.FarRanges;
import dev.espalier.quantize.internal.placement.InfiniteRanges;
import dev.espalier.quantize.internal.placement.IntegerLayers;
import dev.espalier.quantize.internal.placement.Placement;
import dev.espalier.quantize.internal.placement.SharedGrids;
import dev.espalier.quantize.internal.prepare.Preparation;
import dev.espalier.quantize.internal.qdq.IntegerOperators;
import dev.espalier.quantize.internal.qdq.QdqWriter;
import dev.espalier.quantize.internal.qdq.Written;
import dev.espalier.quantize.option.Integers;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * One model on its way to integers: prepared once and calibrated once, and written as often as
 * somebody wants to see it with other layers left float.
 *
 * @param prepared the float network in the form that is quantized
 * @param layers of {@code prepared}
 * @param ranges chosen from what was seen of the values of {@code prepared}
 * @param integers their layout, as far as the model can have it
 */
record Quantization(
        Model prepared,
        IntegerLayers layers,
        CalibratedRanges ranges,
        Integers integers,
        PassContext context) {
    /** Prepares {@code model}, and tells {@code context} which layers stay float and why. */
    static Quantization of(Quantize options, Model model, PassContext context) {
        Model prepared =
                Preparation.prepare(model, Set.copyOf(options.keepFloat().nodes()), context);
        IntegerLayers layers = IntegerLayers.of(prepared, options.keepFloat(), context);
        Observations seen =
                new Observations(prepared, SharedGrids.axes(layers.layers().keySet()), context);
        CalibratedRanges ranges =
                new CalibratedRanges(
                        options.calibration(),
                        options.percentile(),
                        options.integers().activations().isSymmetric(),
                        seen);
        Integers integers =
                packable(options.integers().resolved(context.runner()), prepared, context);
        return new Quantization(prepared, layers, ranges, integers, context);
    }

    /** Without packed weights, and said so, where the operator set they need cannot be had. */
    private static Integers packable(Integers wanted, Model prepared, PassContext context) {
        if (!wanted.packed()) {
            return wanted;
        }
        try {
            OpsetUpgrade.toFourBits(prepared);
            return wanted;
        } catch (UnsupportedModelException e) {
            context.skipped("weights of 4 bits", "stored one to a byte: " + e.getMessage());
            return wanted.withPacked(false);
        }
    }

    /** Whether there is no layer that can be computed in integers. */
    boolean isEmpty() {
        return layers.layers().isEmpty();
    }

    /** What brings far ranges together, and layers that read them, named; see FarRanges. */
    Set<Node> farRanges() {
        Set<Node> found = Set.of();
        Set<Node> more;
        do {
            // Grids depend on what else stays float.
            found = infinities(found);
            Placement placement = layers.without(found);
            Set<String> watched = FarRanges.parts(prepared.graph(), placement);
            watched.addAll(placement.watched().keySet());
            ranges.seen().watch(watched);
            more =
                    new FarRanges(prepared.graph(), placement, ranges)
                            .find(layers.layers().keySet(), context);
            found.addAll(more);
        } while (!more.isEmpty());
        return found;
    }

    /**
     * What makes and reads values that are infinite on some sample, named: a mask of minus infinity
     * has no place on a grid, and leaves no level for the rest.
     *
     * @param floats what stays float besides; part of what is returned
     */
    Set<Node> infinities(Set<Node> floats) {
        Set<Node> found = new HashSet<>(floats);
        boolean isDone = false;
        while (!isDone) {
            Placement placement = layers.without(found);
            ranges.seen().watch(placement.watched().keySet());
            isDone =
                    !found.addAll(
                            InfiniteRanges.find(
                                    prepared.graph(), placement, ranges.seen(), context));
        }
        return found;
    }

    /**
     * The model in integers, calibrated.
     *
     * @param floats what stays float besides what has to
     * @param pairs whether two pixels may be one, see {@link PixelFolding}
     */
    Written written(Set<Node> floats, boolean pairs) {
        Placement placement = layers.without(infinities(floats));
        return write(placement, ranges.ofGroups(placement), foldings().withPairs(pairs));
    }

    /** The same nodes with made-up ranges. */
    Written structure() {
        return structure(foldings());
    }

    /** The same nodes with made-up ranges, with pixels folded where that is allowed. */
    Written structure(Foldings foldings) {
        return write(layers.without(Set.of()), Map.of(), foldings);
    }

    /** Those that pay on the machine at hand, without pairs. */
    private Foldings foldings() {
        return FoldingQuestions.usual(prepared, context);
    }

    private Written write(Placement placement, Map<String, ValueRange> groups, Foldings foldings) {
        Map<String, Grid> grids = new HashMap<>();
        for (String value : placement.bytes()) {
            String group = placement.grouping().of(value);
            ValueRange madeUp = placement.grouping().limit(group).applyTo(new ValueRange(0, 1));
            grids.put(group, ranges.grid(groups.getOrDefault(group, madeUp)));
        }
        QdqWriter writer = new QdqWriter(prepared, placement, grids, integers, foldings);
        Model qdq = writer.write();
        Model model =
                integers.format() == Integers.Format.QOPERATOR ? IntegerOperators.of(qdq) : qdq;
        return new Written(model, placement, writer.greatest());
    }

    /** Whether two pixels may be one in some layer, and the machine's profile does not say no. */
    boolean hasPairs() {
        return layers.layers().values().stream().anyMatch(this::isPaired)
                && FoldingQuestions.pairsMayPay(context);
    }

    private boolean isPaired(WeightedLayer layer) {
        Shape x = layers.inference().shape(layer.node().input(0));
        return PixelFolding.of(layer, x, true).isPresent()
                && PixelFolding.of(layer, x, false).isEmpty();
    }
}
