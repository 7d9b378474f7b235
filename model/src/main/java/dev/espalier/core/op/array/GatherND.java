package dev.espalier.core.op.array;

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
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The slices of {@code data} [B.., D1..Dk, S..] that the tuples in {@code indices} [B.., N.., k]
 * point at, as [B.., N.., S..]; {@code batch_dims} (default 0) says how many axes B has.
 *
 * <p>Channels: the axes B of all and the axes S of data and result go together; those that are
 * pointed into stay.
 */
@Traits({Trait.UNCHANGED_7_TO_13, Trait.UNCHANGED_13_TO_21})
final class GatherND implements Operator {
    @Override
    public String type() {
        return "GatherND";
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(2).integers(1).integer("batch_dims", 0, NodeCheck.MOST_AXES);
        Shape data = node.call().shape(0);
        Shape indices = node.call().shape(1);
        int batch = batch(node.call());
        NodeCheck.require(
                (!indices.isRanked() || indices.rank() > batch)
                        && (!data.isRanked() || data.rank() > batch),
                "batch_dims is %s, more axes than data %s or indices %s have",
                batch,
                data,
                indices);
        if (data.isRanked() && indices.isRanked() && indices.dim(-1).isFixed()) {
            NodeCheck.require(
                    indices.size(-1) >= 1 && indices.size(-1) <= data.rank() - batch,
                    "indices %s do not point into data %s",
                    indices,
                    data);
        }
        if (batch == 0) {
            Indices.rows(node.call());
        }
    }

    private static int batch(Call call) {
        return (int) call.attributes().integer("batch_dims", 0);
    }

    /** The first axis of S; -1 where it is not known. */
    private static int firstKept(Call call) {
        boolean isKnown =
                call.ranked(0)
                        && call.ranked(1)
                        && call.shape(1).rank() > 0
                        && call.shape(1).dim(-1).isFixed();
        return isKnown ? batch(call) + Math.toIntExact(call.shape(1).size(-1)) : -1;
    }

    @Override
    public List<TensorType> outputTypes(Call call) {
        int kept = firstKept(call);
        if (kept < 0) {
            return call.output(Shape.UNRANKED);
        }
        List<Dim> indices = call.shape(1).dims();
        List<Dim> dims = new ArrayList<>(indices.subList(0, indices.size() - 1));
        dims.addAll(call.shape(0).dims().subList(kept, call.shape(0).rank()));
        return call.output(Shape.of(dims));
    }

    @Override
    public void channels(Call call, ChannelLinks links) {
        String data = call.node().input(0);
        String indices = call.node().input(1);
        String y = call.node().output(0);
        int kept = firstKept(call);
        int shift = call.shape(1).rank() - 1 - kept;
        for (int k = 0; k < call.shape(0).rank() && kept >= 0; k++) {
            if (k < batch(call)) {
                links.tie(data, k, y, k);
            } else if (k < kept) {
                links.freeze(data, k, "single entries of it are looked up");
            } else {
                links.tie(data, k, y, k + shift);
            }
        }
        for (int k = 0; k < call.shape(1).rank() - 1 && kept >= 0; k++) {
            links.tie(indices, k, y, k);
        }
    }

    @Override
    public boolean trains(Call call) {
        return batch(call) == 0
                && TorchWriter.hasType(call.dataType(0))
                && firstKept(call) > 0
                && Indices.rows(call).isPresent();
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        long[] rows = Indices.rows(call).orElseThrow();
        String flat = Indices.flat(torch, firstKept(call));
        Shape tuples = Shape.of(call.shape(1).dims().subList(0, call.shape(1).rank() - 1));
        if (tuples.rank() == 0) {
            torch.out("torch.select(%s, 0, %s)".formatted(flat, rows[0]));
            return;
        }
        String picked =
                "torch.index_select(%s, 0, %s)".formatted(flat, Indices.constant(torch, rows));
        torch.out(
                tuples.rank() == 1
                        ? picked
                        : "torch.unflatten(%s, 0, %s)"
                                .formatted(picked, TorchWriter.ints(tuples.sizes())));
    }

    @Override
    public boolean isHomogeneous(Call call, Set<Integer> scaled) {
        return scaled.equals(Set.of(0));
    }
}
