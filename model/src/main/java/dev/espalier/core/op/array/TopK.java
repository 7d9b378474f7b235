package dev.espalier.core.op.array;

import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Dim;
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
 * The K greatest numbers along {@code axis} (default -1), or least where {@code largest} is 0, and
 * as second output their indices (int64). K is an attribute before operator set 10 and an input
 * from then on.
 *
 * <p>Channels: the axis stays, the others go together.
 */
@Traits(Trait.UNCHANGED_13_TO_21)
final class TopK implements Operator {
    private static final int K_IS_INPUT = 10;

    @Override
    public String type() {
        return "TopK";
    }

    @Override
    public int outputs() {
        return 2;
    }

    @Override
    public void check(NodeCheck node) {
        if (node.call().opset() < K_IS_INPUT) {
            node.inputs(1).integer("k", 0, NodeCheck.MOST);
        } else {
            node.inputs(2).integers(1).scalar(1);
        }
        node.axis("axis", 0).flag("largest").flag("sorted");
        Call call = node.call();
        Optional<Dim> k = k(call).filter(Dim::isFixed);
        Dim size = call.ranked(0) ? call.shape(0).dim(axis(call)) : Dim.UNKNOWN;
        NodeCheck.require(
                k.isEmpty() || !size.isFixed() || k.get().size() <= size.size(),
                "K is %s, more than axis %s of %s has",
                k.orElse(Dim.UNKNOWN),
                call.attributes().integer("axis", -1),
                call.shape(0));
    }

    private static int axis(Call call) {
        return Call.axis(call.attributes().integer("axis", -1), call.shape(0).rank());
    }

    private static Optional<Dim> k(Call call) {
        if (call.opset() < K_IS_INPUT) {
            return call.attributes().has("k")
                    ? Optional.of(Dim.of(call.attributes().integer("k", 0)))
                    : Optional.empty();
        }
        return call.sizes(1)
                .filter(sizes -> sizes.length == 1)
                .map(
                        sizes -> {
                            NodeCheck.require(
                                    sizes[0] >= 0, "K is %s, expected at least 0", sizes[0]);
                            return call.open().dim(sizes[0]);
                        });
    }

    @Override
    public List<TensorType> outputTypes(Call call) {
        Shape shape =
                call.ranked(0)
                        ? call.shape(0).with(axis(call), k(call).orElse(Dim.UNKNOWN))
                        : Shape.UNRANKED;
        return List.of(
                new TensorType(call.dataType(0), shape), new TensorType(DataType.INT64, shape));
    }

    @Override
    public void channels(Call call, ChannelLinks links) {
        for (String output : call.node().outputs()) {
            for (int k = 0; k < call.shape(0).rank() && !output.isEmpty(); k++) {
                if (k == axis(call)) {
                    links.freeze(output, k, "it holds the first of an order");
                } else {
                    links.tie(call.node().input(0), k, output, k);
                }
            }
        }
        links.freeze(call.node().input(0), axis(call), "the first of an order are chosen along it");
    }

    @Override
    public boolean trains(Call call) {
        return call.ranked(0)
                && call.dataType(0).isFloating()
                && call.attributes().integer("sorted", 1) == 1
                && k(call).filter(Dim::isFixed).isPresent();
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        String found =
                torch.let(
                        "torch.topk(%s, %s, %s, %s)"
                                .formatted(
                                        torch.in(0),
                                        k(call).orElseThrow(),
                                        axis(call),
                                        call.attributes().integer("largest", 1) == 1
                                                ? "True"
                                                : "False"));
        for (int i = 0; i < call.node().outputs().size(); i++) {
            if (!call.node().output(i).isEmpty()) {
                torch.out(i, "%s[%s]".formatted(found, i));
            }
        }
    }
}
