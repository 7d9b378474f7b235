package dev.espalier.core.op.array;

import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.ChannelLinks;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.Operator;
import dev.espalier.core.op.spec.TorchWriter;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.op.spec.Traits;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * {@code data} [D1..Dk, S..] in which the slices of {@code updates} [N.., S..] have taken the
 * places that the tuples in {@code indices} [N.., k] point at; or, as {@code reduction} says, were
 * added to them, multiplied with them, or are there where they are greater or less.
 *
 * <p>Channels: the axes S of all go together; those that are pointed into stay.
 */
@Traits({Trait.UNCHANGED_7_TO_13, Trait.UNCHANGED_13_TO_21})
final class ScatterND implements Operator {
    private static final int UPDATES = 2;

    @Override
    public String type() {
        return "ScatterND";
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(3).integers(1).word("reduction", "none", "add", "mul", "max", "min");
        Shape data = node.call().shape(0);
        Shape indices = node.call().shape(1);
        Shape updates = node.call().shape(UPDATES);
        if (!data.isRanked() || !indices.isRanked()) {
            return;
        }
        NodeCheck.require(indices.rank() > 0, "indices are a single number, expected tuples");
        if (indices.dim(-1).isFixed()) {
            long depth = indices.size(-1);
            NodeCheck.require(
                    depth >= 1 && depth <= data.rank(),
                    "indices %s do not point into data %s",
                    indices,
                    data);
            NodeCheck.require(
                    !updates.isRanked()
                            || updates.rank() == indices.rank() - 1 + data.rank() - depth,
                    "updates %s do not fit data %s and indices %s",
                    updates,
                    data,
                    indices);
        }
        Indices.rows(node.call());
    }

    @Override
    public List<TensorType> outputTypes(Call call) {
        return call.output(call.shape(0));
    }

    /** How many axes the tuples point into; 0 where that is not known. */
    private static int depth(Call call) {
        return call.ranked(1) && call.shape(1).dim(-1).isFixed()
                ? Math.toIntExact(call.shape(1).size(-1))
                : 0;
    }

    @Override
    public void channels(Call call, ChannelLinks links) {
        String data = call.node().input(0);
        String y = call.node().output(0);
        int depth = depth(call);
        int shift = call.shape(UPDATES).rank() - call.shape(0).rank();
        for (int k = 0; k < call.shape(0).rank(); k++) {
            if (depth > 0 && k >= depth) {
                links.tie(data, k, y, k);
                links.tie(call.node().input(UPDATES), k + shift, y, k);
            } else {
                links.freeze(data, k, "single entries of it are replaced");
                links.freeze(y, k, "single entries of it are replaced");
            }
        }
    }

    @Override
    public boolean trains(Call call) {
        String reduction = ScatterElements.reduction(call);
        Optional<long[]> rows = Indices.rows(call);
        // Torch does not say which of several updates of one place stays.
        return rows.isPresent()
                && TorchWriter.hasType(call.dataType(0))
                && (reduction.equals("add")
                        || reduction.equals("none")
                                && Arrays.stream(rows.get()).distinct().count()
                                        == rows.get().length);
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        int depth = depth(call);
        int tuples = call.shape(1).rank() - 1;
        String updates = torch.in(UPDATES);
        if (tuples == 0) {
            updates = "torch.unsqueeze(%s, 0)".formatted(updates);
        } else if (tuples > 1) {
            updates = "torch.flatten(%s, 0, %s)".formatted(updates, tuples - 1);
        }
        String flat =
                "torch.%s(%s, 0, %s, %s)"
                        .formatted(
                                ScatterElements.reduction(call).equals("add")
                                        ? "index_add"
                                        : "index_copy",
                                Indices.flat(torch, depth),
                                Indices.constant(torch, Indices.rows(call).orElseThrow()),
                                updates);
        Shape leading = Shape.of(call.shape(0).dims().subList(0, depth));
        torch.out(
                depth == 1
                        ? flat
                        : "torch.unflatten(%s, 0, %s)"
                                .formatted(flat, TorchWriter.ints(leading.sizes())));
    }

    /** Not of a product, which takes the factor twice. */
    @Override
    public boolean isHomogeneous(Call call, Set<Integer> scaled) {
        return scaled.equals(Set.of(0, UPDATES)) && !ScatterElements.reduction(call).equals("mul");
    }
}
