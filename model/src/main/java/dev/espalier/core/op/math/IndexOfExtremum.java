package dev.espalier.core.op.math;

import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.ChannelLinks;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.Operator;
import dev.espalier.core.op.spec.TorchWriter;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.op.spec.Traits;
import java.util.List;
import java.util.Optional;

/**
 * ArgMax and ArgMin: where along {@code axis} (default 0) the greatest or least number is, as
 * int64; {@code keepdims} (default 1) leaves the axis with size 1. Of several equal ones it is the
 * first, or the last where {@code select_last_index} says so.
 *
 * <p>Channels: that axis stays as it is, the others go together.
 */
@Traits({Trait.UNCHANGED_7_TO_13, Trait.UNCHANGED_13_TO_21})
final class IndexOfExtremum implements Operator {
    private final boolean greatest;

    private IndexOfExtremum(boolean greatest) {
        this.greatest = greatest;
    }

    /** ArgMax and ArgMin. */
    static List<Operator> all() {
        return List.of(new IndexOfExtremum(true), new IndexOfExtremum(false));
    }

    @Override
    public String type() {
        return greatest ? "ArgMax" : "ArgMin";
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(1).axis("axis", 0).flag("keepdims").flag("select_last_index");
    }

    private static Optional<ReducedAxes> axes(Call call) {
        return ReducedAxes.ofOne(call, call.attributes().integer("axis", 0));
    }

    @Override
    public List<TensorType> outputTypes(Call call) {
        Shape shape = axes(call).map(axes -> axes.of(call.shape(0))).orElse(Shape.UNRANKED);
        return List.of(new TensorType(DataType.INT64, shape));
    }

    @Override
    public void channels(Call call, ChannelLinks links) {
        axes(call)
                .ifPresent(
                        axes ->
                                axes.tie(
                                        call,
                                        links,
                                        "the place of the "
                                                + (greatest ? "greatest" : "least")
                                                + " number along it is looked up"));
    }

    @Override
    public boolean trains(Call call) {
        return axes(call).isPresent() && call.attributes().integer("select_last_index", 0) == 0;
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        ReducedAxes axes = axes(call).orElseThrow();
        torch.out(
                "torch.%s(%s, %s, %s)"
                        .formatted(
                                greatest ? "argmax" : "argmin",
                                torch.in(0),
                                axes.axes()[0],
                                axes.keeps() ? "True" : "False"));
    }
}
