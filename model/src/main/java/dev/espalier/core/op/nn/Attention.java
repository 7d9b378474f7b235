package dev.espalier.core.op.nn;

import static dev.espalier.core.op.nn.AttentionSizes.dim;
import static dev.espalier.core.op.nn.AttentionSizes.divides;
import static dev.espalier.core.op.nn.AttentionSizes.part;
import static dev.espalier.core.op.nn.AttentionSizes.sum;

import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.ChannelLinks;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.Operator;
import dev.espalier.core.op.spec.Shapes;
import dev.espalier.core.op.spec.TorchWriter;
import java.util.List;

/**
 * {@code Y = softmax(scale Q K^T + attn_mask) V}, heads one by one: all of Q, K and V are [batch,
 * heads, seq, size], or [batch, seq, heads*size] with {@code q_num_heads} and {@code kv_num_heads};
 * Y is [batch, q_heads, q_seq, v_size] or [batch, q_seq, q_heads*v_size]. Optional past_key and
 * past_value [batch, kv_heads, past_seq, size] come before K and V, and come out with them as
 * further outputs; the last one is the product Q K^T [batch, q_heads, q_seq, past_seq + kv_seq].
 *
 * <p>Channels: they are frozen, since heads go as a whole.
 */
final class Attention implements Operator {
    private static final int K = 1;
    private static final int V = 2;
    private static final int MASK = 3;
    private static final int PAST_KEY = 4;
    private static final int PAST_VALUE = 5;
    private static final int LENGTHS = 6;
    private static final String Q_HEADS = "q_num_heads";
    private static final String KV_HEADS = "kv_num_heads";

    @Override
    public String type() {
        return "Attention";
    }

    @Override
    public int outputs() {
        return 4;
    }

    @Override
    public void check(NodeCheck node) {
        Call call = node.call();
        node.inputs(V + 1, LENGTHS + 1).flag("is_causal").real("scale").real("softcap");
        node.integer(Q_HEADS, 1, NodeCheck.MOST).integer(KV_HEADS, 1, NodeCheck.MOST);
        node.integer("qk_matmul_output_mode", 0, 3).type("softmax_precision");
        for (int i = 0; i <= V; i++) {
            Shape shape = call.shape(i);
            if (!shape.isRanked()) {
                continue;
            }
            NodeCheck.require(
                    shape.rank() == 4 || shape.rank() == 3,
                    "input %s '%s' has the shape %s, expected 3 or 4 axes",
                    i,
                    call.node().input(i),
                    shape);
            NodeCheck.require(
                    !call.ranked(0) || shape.rank() == call.shape(0).rank(),
                    "input %s '%s' has the shape %s, expected as many axes as Q has in %s",
                    i,
                    call.node().input(i),
                    shape,
                    call.shape(0));
        }
        if (call.ranked(0) && isFlat(call)) {
            NodeCheck.require(
                    call.attributes().has(Q_HEADS) && call.attributes().has(KV_HEADS),
                    "q_num_heads or kv_num_heads is missing, which inputs of 3 axes need");
            requireHeads(call, 0, Q_HEADS);
            requireHeads(call, K, KV_HEADS);
            requireHeads(call, V, KV_HEADS);
        }
        for (int past : new int[] {PAST_KEY, PAST_VALUE}) {
            node.shape(past, Dim.UNKNOWN, Dim.UNKNOWN, Dim.UNKNOWN, Dim.UNKNOWN);
        }
    }

    private static void requireHeads(Call call, int i, String heads) {
        NodeCheck.require(
                divides(call.attributes().integer(heads, 1), dim(call, i, 2)),
                "%s %s does not divide the last axis of %s",
                heads,
                call.attributes().integer(heads, 1),
                call.shape(i));
    }

    private static boolean isFlat(Call call) {
        return call.shape(0).rank() == 3;
    }

    /** All sizes; Q's rank is known. */
    private static AttentionSizes sizes(Call call) {
        boolean flat = isFlat(call);
        long qHeads = call.attributes().integer(Q_HEADS, 1);
        long kvHeads = call.attributes().integer(KV_HEADS, 1);
        Dim past = call.has(PAST_KEY) ? dim(call, PAST_KEY, 2) : Dim.of(0);
        return new AttentionSizes(
                call.shape(0).dim(0),
                flat ? Dim.of(qHeads) : call.shape(0).dim(1),
                flat ? Dim.of(kvHeads) : dim(call, K, 1),
                call.shape(0).dim(-2),
                sum(past, dim(call, K, -2)),
                flat ? part(call.shape(0).dim(2), qHeads) : call.shape(0).dim(3),
                flat ? part(dim(call, V, 2), kvHeads) : dim(call, V, 3));
    }

    @Override
    public List<TensorType> outputTypes(Call call) {
        if (!call.ranked(0)) {
            return List.of();
        }
        AttentionSizes sizes = sizes(call);
        Shape y =
                isFlat(call)
                        ? Shape.of(
                                List.of(
                                        sizes.batch(),
                                        sizes.queries(),
                                        Shapes.times(sizes.heads(), sizes.valueSize())))
                        : Shape.of(
                                List.of(
                                        sizes.batch(),
                                        sizes.heads(),
                                        sizes.queries(),
                                        sizes.valueSize()));
        return List.of(
                        new TensorType(call.dataType(0), y),
                        new TensorType(call.dataType(K), sizes.presentKeys()),
                        new TensorType(call.dataType(V), sizes.presentValues()),
                        new TensorType(call.dataType(0), sizes.products()))
                .subList(0, call.node().outputs().size());
    }

    @Override
    public void channels(Call call, ChannelLinks links) {
        for (int i = 0; i <= V; i++) {
            links.freeze(
                    call.node().input(i), call.shape(i).rank() - 1, AttentionSizes.WHOLE_HEADS);
        }
        links.freeze(call.node().output(0), call.shape(0).rank() - 1, AttentionSizes.WHOLE_HEADS);
    }

    @Override
    public long macs(Call call) {
        return sizes(call).macs();
    }

    /** Torch takes a mask or the causal one, and no past. */
    @Override
    public boolean trains(Call call) {
        if (!call.ranked(0) || !call.ranked(K) || !call.ranked(V)) {
            return false;
        }
        AttentionSizes sizes = sizes(call);
        return sizes.heads().equals(sizes.keyHeads())
                && call.node().outputs().stream().skip(1).allMatch(String::isEmpty)
                && !call.has(PAST_KEY)
                && !call.has(PAST_VALUE)
                && !call.has(LENGTHS)
                && !(call.has(MASK) && isCausal(call))
                && call.attributes().real("softcap", 0) == 0
                && call.attributes().integer("left_window_size", -1) == -1
                && call.attributes().integer("right_window_size", -1) == -1;
    }

    private static boolean isCausal(Call call) {
        return call.attributes().integer("is_causal", 0) == 1;
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        String y =
                "torch.scaled_dot_product_attention(%s, %s, %s, %s, 0., %s, scale=%s)"
                        .formatted(
                                heads(call, torch, 0, Q_HEADS),
                                heads(call, torch, K, KV_HEADS),
                                heads(call, torch, V, KV_HEADS),
                                call.has(MASK) ? torch.in(MASK) : "None",
                                isCausal(call) ? "True" : "False",
                                call.attributes().has("scale")
                                        ? TorchWriter.real(call.attributes().real("scale", 1))
                                        : "None");
        torch.out(0, isFlat(call) ? "torch.flatten(torch.transpose(" + y + ", 1, 2), 2, -1)" : y);
    }

    private static String heads(Call call, TorchWriter torch, int i, String heads) {
        return isFlat(call)
                ? "torch.transpose(torch.unflatten(%s, 2, [%s, -1]), 1, 2)"
                        .formatted(torch.in(i), call.attributes().integer(heads, 1))
                : torch.in(i);
    }
}
