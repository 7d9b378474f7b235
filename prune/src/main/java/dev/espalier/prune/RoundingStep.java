package dev.espalier.prune;

import dev.espalier.core.analysis.ChannelGroups;
import dev.espalier.core.analysis.ProducingLayer;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.op.Operators;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.Profiler;
import dev.espalier.core.profile.LayerKind;
import dev.espalier.core.profile.Precision;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Multiples of how many channels widths become: as the recipe says, or as many as this machine
 * computes at once in the kind of layer that most of the network's operations are in, and in the
 * precision that the recipe ends in.
 *
 * @param channels the step
 * @param reason why that many; empty where the recipe says so
 */
record RoundingStep(int channels, String reason) {
    /** What is usual where nobody knows: blocks of common CPUs are 4 to 16 channels wide. */
    private static final int USUAL = 8;

    /**
     * @param asked in the recipe; empty for the machine's
     */
    static RoundingStep of(
            Optional<Integer> asked, ChannelGroups groups, NetworkMacs macs, PassContext context) {
        if (asked.isPresent()) {
            return new RoundingStep(asked.get(), "");
        }
        Optional<Profiler> profiler = context.host().profiler();
        Optional<LayerKind> kind = kind(groups, macs);
        if (profiler.isEmpty() || kind.isEmpty()) {
            return new RoundingStep(USUAL, "nothing is known of the machine");
        }
        Precision precision = context.precision(kind.get());
        OptionalInt step = profiler.get().layers(precision, kind.get()).step(precision, kind.get());
        return step.isEmpty()
                ? new RoundingStep(USUAL, "the machine's profile shows no step")
                : new RoundingStep(
                        step.getAsInt(),
                        "this machine computes %s %s layers in steps of %s"
                                .formatted(precision, kind.get(), step.getAsInt()));
    }

    /** The next finer one; empty where there is none, or the recipe leaves no choice. */
    Optional<RoundingStep> finer() {
        return reason.isEmpty() || channels == 1
                ? Optional.empty()
                : Optional.of(
                        new RoundingStep(
                                channels / 2,
                                "the budget is not reached by multiples of " + channels));
    }

    /** Tells what was chosen, where there was a choice. */
    void tell(PassContext context) {
        if (!reason.isEmpty()) {
            context.note("widths become multiples of %s: %s".formatted(channels, reason));
        }
    }

    /** That of most operations; channelwise layers follow others and do not count. */
    private static Optional<LayerKind> kind(ChannelGroups groups, NetworkMacs macs) {
        Map<LayerKind, Long> operations = new EnumMap<>(LayerKind.class);
        groups.groups().stream()
                .flatMap(group -> group.layers().stream())
                .distinct()
                .forEach(
                        layer ->
                                kind(groups, layer)
                                        .ifPresent(
                                                kind ->
                                                        operations.merge(
                                                                kind,
                                                                macs.of(layer.node()),
                                                                Long::sum)));
        return operations.entrySet().stream()
                .max(Map.Entry.comparingByValue())
                .map(Map.Entry::getKey);
    }

    private static Optional<LayerKind> kind(ChannelGroups groups, ProducingLayer layer) {
        Shape weight = groups.types().shape(layer.weight().value());
        if (!weight.isRanked() || !weight.isFixed()) {
            return Optional.empty();
        }
        if (weight.rank() == 2 || Operators.has(layer.node(), Trait.MATRIX_PRODUCT)) {
            return Optional.of(LayerKind.PRODUCT);
        }
        if (weight.size(1) == 1 && layer.node().attributes().integer("group", 1) > 1) {
            return Optional.empty();
        }
        long window = 1;
        for (int axis = 2; axis < weight.rank(); axis++) {
            window *= weight.size(axis);
        }
        return Optional.of(window == 1 ? LayerKind.POINTWISE : LayerKind.SPATIAL);
    }
}
