package dev.espalier.prune;

import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.analysis.Axis;
import dev.espalier.core.analysis.ChannelGroups;
import dev.espalier.core.analysis.ChannelRemoval;
import dev.espalier.core.analysis.Cost;
import dev.espalier.core.analysis.FrozenChannels;
import dev.espalier.core.analysis.ProducingLayer;
import dev.espalier.core.ir.Model;
import dev.espalier.core.op.Operators;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.pass.FormerOption;
import dev.espalier.core.pass.Option;
import dev.espalier.core.pass.Pass;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.PassInfo;
import dev.espalier.core.pass.Proof;
import dev.espalier.core.pass.Withers;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Removes output channels of least importance, and every channel that has to go with them, until
 * the network needs no more than a part of its multiply-accumulate operations.
 *
 * <pre>
 *   Conv [64,C,3,3] -> BatchNormalization [64] -> Relu -> Conv [128,64,3,3]
 *   Conv [32,C,3,3] -> BatchNormalization [32] -> Relu -> Conv [128,32,3,3]
 * </pre>
 *
 * <p>What is left computes what the whole network does with the removed weights set to zero, and is
 * proved to. Accuracy comes back by training: put {@code distill} behind it. Channels that reach an
 * input or output of the graph or an operator nobody described stay, each with a note. Widths are
 * rounded since runtimes work on blocks of channels: 52 of them cost as much as 64, and 63 more.
 * How wide a block is depends on the machine and on what layers are computed in when the recipe
 * ends; {@code auto} asks the machine's profile, takes 8 where there is none, and less where the
 * budget could not be reached otherwise.
 *
 * @param macs operations to keep, as a part of the original network's
 * @param roundTo widths become multiples of this; empty for {@code auto}
 * @param scope how the budget is shared out among layers
 */
@PassInfo(
        id = "prune",
        summary = "Removes whole channels of least importance, down to a budget of operations.",
        paper = "Li et al., Pruning Filters for Efficient ConvNets, 2017")
@FormerOption(
        key = "criterion",
        instead = "leave it out: a filter counts by the L1 norm of its weights, as l1 said")
@Withers
public record Prune(
        @Option(
                        value = "0.5",
                        min = 0.01,
                        max = 1,
                        help = "Multiply-accumulate operations to keep, as a part of the original.")
                double macs,
        @Option(
                        value = "auto",
                        absent = "auto",
                        min = 1,
                        max = 1024,
                        help =
                                "Widths of layers become multiples of this many channels; auto for"
                                        + " as many as this machine computes at once.")
                Optional<Integer> roundTo,
        @Option(value = "global", help = "How the budget is shared out among layers.") Scope scope)
        implements Pass, PruneBuilder.With {
    /** This with widths that become multiples of {@code channels}, whatever the machine. */
    public Prune withRoundTo(int channels) {
        return withRoundTo(Optional.of(channels));
    }

    @Override
    public Model apply(Model model, PassContext context) {
        ChannelRemoval removal = choose(model, context);
        if (removal.isEmpty()) {
            return model;
        }
        Model pruned = removal.apply();
        Proof proof = Proof.equal(removal.zeroed(), pruned, removal::cut, context);
        context.note(proof.toString());
        return pruned;
    }

    @Override
    public Model preview(Model model, PassContext context) {
        return choose(model, context).apply();
    }

    private ChannelRemoval choose(Model model, PassContext context) {
        requireFloat(model);
        Cost.of(model, context.inputShapes()).requireComplete("macs: " + macs);
        ChannelGroups groups = ChannelGroups.of(model, context.inputShapes());
        for (FrozenChannels frozen : groups.frozen()) {
            context.skipped(
                    frozen.layer().node().label(),
                    frozen.channels() + " channels: " + frozen.reason());
        }
        NetworkMacs whole = new NetworkMacs(groups);
        long before = whole.total();
        long budget = (long) (macs * original(model, before, context));
        if (before <= budget) {
            context.note(
                    String.format(
                            Locale.ROOT,
                            "%,d multiply-accumulates are within the budget of %,d; nothing removed",
                            before,
                            budget));
            return ChannelRemoval.of(groups, Map.of());
        }
        Selection selection =
                selection(
                        groups, RoundingStep.of(roundTo, groups, whole, context), budget, context);
        switch (scope) {
            case GLOBAL -> selection.narrowGlobally(budget);
            case UNIFORM -> selection.narrowUniformly(budget);
        }
        ChannelRemoval removal = ChannelRemoval.of(groups, selection.removed());
        if (!removal.isEmpty()) {
            noteWidths(groups, removal, context);
            context.note(
                    String.format(
                            Locale.ROOT,
                            "%,d multiply-accumulates became %,d (%.3f)",
                            before,
                            selection.macs(),
                            (double) selection.macs() / before));
        }
        return removal;
    }

    private static void requireFloat(Model model) {
        model.graph().nodes().stream()
                .filter(node -> Operators.has(node, Trait.QUANTIZES))
                .findFirst()
                .ifPresent(
                        node -> {
                            throw new UnsupportedModelException(
                                    node.label()
                                            + " shows that this model is quantized; prune the float"
                                            + " model, or put prune before quantize in the recipe");
                        });
    }

    /** Operations of the network that the recipe began with. */
    private static long original(Model model, long current, PassContext context) {
        if (context.original() == model) {
            return current;
        }
        // An original whose shapes only became known by simplification counts too little.
        ChannelGroups original = ChannelGroups.of(context.original(), context.inputShapes());
        return Math.max(current, new NetworkMacs(original).total());
    }

    /** Of widths by which the budget can be reached, in the largest steps that allow it. */
    private Selection selection(
            ChannelGroups groups, RoundingStep wanted, long budget, PassContext context) {
        RoundingStep step = wanted;
        Selection selection = new Selection(groups, step.channels());
        while (selection.leastMacs() > budget) {
            Optional<RoundingStep> finer = step.finer();
            if (finer.isEmpty()) {
                throw unreachable(selection.leastMacs(), budget, step.channels());
            }
            step = finer.get();
            selection = new Selection(groups, step.channels());
        }
        step.tell(context);
        return selection;
    }

    private InvalidOptionException unreachable(long least, long budget, int step) {
        return new InvalidOptionException(
                String.format(
                        Locale.ROOT,
                        "macs: %s asks for at most %,d multiply-accumulates, but %,d (%.3f) is the"
                                + " least that layers which may be narrowed to multiples of %s"
                                + " channels allow; raise macs or lower round-to",
                        macs,
                        budget,
                        least,
                        least * macs / budget,
                        step));
    }

    private static void noteWidths(
            ChannelGroups groups, ChannelRemoval removal, PassContext context) {
        Set<ProducingLayer> layers = new LinkedHashSet<>();
        groups.groups().forEach(group -> layers.addAll(group.layers()));
        for (ProducingLayer layer : layers) {
            Axis axis = layer.output();
            long width = groups.types().shape(axis.value()).size(axis.axis());
            removal.kept(axis)
                    .ifPresent(
                            kept ->
                                    context.note(
                                            "%s: %s -> %s channels"
                                                    .formatted(
                                                            layer.node().label(),
                                                            width,
                                                            kept.length)));
        }
    }
}
