package dev.espalier.core.op.math;

import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.ChannelLinks;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.Operator;
import dev.espalier.core.op.spec.TorchWriter;
import dev.espalier.core.op.spec.Trait;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * One number of all those along some axes, along all where none are named: a mean, a norm, the
 * logarithm of a sum. Axes are an attribute before operator set 18 (13 for ReduceSum) and an input
 * from then on; {@code keepdims} (default 1) leaves them with size 1.
 *
 * <p>Channels: axes that are reduced stay as they are; the others go together.
 */
class Reduction implements Operator {
    private static final Set<Trait> SAME = Set.of(Trait.UNCHANGED_7_TO_13);

    private final String type;
    private final String noun;
    private final Set<Trait> traits;
    private final boolean homogeneous;
    private final String torchForm;

    /**
     * @param noun what the result is, with its article
     * @param homogeneous whether a positive factor of all numbers is one of the result
     * @param torchForm Torch's expression of x, the axes and whether they stay
     */
    Reduction(String type, String noun, Set<Trait> traits, boolean homogeneous, String torchForm) {
        this.type = type;
        this.noun = noun;
        this.traits = Set.copyOf(traits);
        this.homogeneous = homogeneous;
        this.torchForm = torchForm;
    }

    /** All reductions, those that fold constants included. */
    static List<Operator> all() {
        return List.of(
                new Reduction("ReduceL1", "a norm", SAME, true, "torch.sum(torch.abs(%s), %s, %s)"),
                new Reduction("ReduceL2", "a norm", SAME, true, "torch.norm(%s, 2, %s, %s)"),
                new Reduction(
                        "ReduceLogSum",
                        "the logarithm of a sum",
                        SAME,
                        false,
                        "torch.log(torch.sum(%s, %s, %s))"),
                new Reduction(
                        "ReduceLogSumExp",
                        "the logarithm of a sum",
                        SAME,
                        false,
                        "torch.logsumexp(%s, %s, %s)"),
                FoldedReduction.max(),
                new Reduction(
                        "ReduceMean",
                        "a mean",
                        EnumSet.of(Trait.UNCHANGED_7_TO_13, Trait.FLOAT16),
                        true,
                        "torch.mean(%s, %s, %s)"),
                FoldedReduction.min(),
                FoldedReduction.product(),
                FoldedReduction.sum(),
                new Reduction(
                        "ReduceSumSquare",
                        "a sum",
                        SAME,
                        false,
                        "torch.sum(torch.square(%s), %s, %s)"));
    }

    @Override
    public String type() {
        return type;
    }

    @Override
    public Set<Trait> traits() {
        return traits;
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(1, 2).axes("axes", 0).integers(1).flag("keepdims").flag("noop_with_empty_axes");
    }

    @Override
    public List<TensorType> outputTypes(Call call) {
        return call.output(
                ReducedAxes.of(call).map(axes -> axes.of(call.shape(0))).orElse(Shape.UNRANKED));
    }

    @Override
    public void channels(Call call, ChannelLinks links) {
        ReducedAxes.of(call)
                .ifPresent(axes -> axes.tie(call, links, noun + " is taken over this axis"));
    }

    /** Whether the reduction of a single number is that number. */
    boolean keepsSingleNumbers() {
        return type.equals("ReduceMean");
    }

    @Override
    public boolean trains(Call call) {
        Optional<ReducedAxes> axes = ReducedAxes.of(call);
        return axes.isPresent()
                && call.dataType(0).isFloating()
                && (axes.get().axes().length > 0 || keepsSingleNumbers());
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        ReducedAxes axes = ReducedAxes.of(call).orElseThrow();
        torch.out(
                axes.axes().length == 0
                        ? torch.in(0)
                        : torch(torch.in(0), axes.axes(), axes.keeps() ? "True" : "False"));
    }

    /** Torch's expression for {@code x}. */
    String torch(String x, long[] axes, String keeps) {
        return String.format(Locale.ROOT, torchForm, x, TorchWriter.ints(axes), keeps);
    }

    @Override
    public boolean isHomogeneous(Call call, Set<Integer> scaled) {
        return homogeneous && scaled.equals(Set.of(0));
    }
}
