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
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.op.spec.Traits;
import java.util.List;

/**
 * ONNX Runtime's {@code softmax(Q K^T) V} of {@code num_heads} heads without the projections: query
 * [batch, seq, heads*size], key [batch, kv_seq, heads*size] and value [batch, kv_seq,
 * heads*v_size], or the latter two [batch, heads, kv_seq, size], or both in key [batch, kv_seq,
 * heads, 2, size], or all three in query [batch, seq, heads, 3, size]; bias [(2*size +
 * v_size)*heads] is added to them. The output is [batch, seq, heads*v_size]; the further ones are K
 * and V with past_key and past_value [batch, heads, past_seq, size] before them, and Q K^T.
 *
 * <p>Channels: they are frozen, since heads go as a whole.
 */
@Traits(Trait.MATRIX_PRODUCT)
final class MultiHeadAttention implements Operator {
    private static final int KEY = 1;
    private static final int VALUE = 2;
    private static final int BIAS = 3;
    private static final int PAST_KEY = 6;
    private static final int PAST_VALUE = 7;
    private static final int PAST_LENGTH = 8;
    private static final int MOST_INPUTS = 10;
    private static final int PACKED = 5;
    private static final String HEADS = "num_heads";

    @Override
    public String type() {
        return "MultiHeadAttention";
    }

    @Override
    public String domain() {
        return "com.microsoft";
    }

    @Override
    public int outputs() {
        return 4;
    }

    @Override
    public void check(NodeCheck node) {
        Call call = node.call();
        node.inputs(1, MOST_INPUTS).reals(BIAS).flag("unidirectional");
        node.real("scale").real("mask_filter_value");
        NodeCheck.require(call.attributes().has(HEADS), "num_heads is missing");
        node.integer(HEADS, 1, NodeCheck.MOST);
        requireRank(call, 0, 3, PACKED);
        requireRank(call, KEY, 3, 4, PACKED);
        requireRank(call, VALUE, 3, 4);
        for (int i = 0; i <= VALUE; i++) {
            NodeCheck.require(
                    !call.ranked(i)
                            || call.shape(i).rank() != 3
                            || divides(heads(call), call.shape(i).dim(2)),
                    "num_heads %s does not divide the last axis of %s",
                    heads(call),
                    call.shape(i));
        }
        for (int past : new int[] {PAST_KEY, PAST_VALUE}) {
            node.shape(past, Dim.UNKNOWN, Dim.of(heads(call)), Dim.UNKNOWN, Dim.UNKNOWN);
        }
    }

    private static void requireRank(Call call, int i, int... ranks) {
        boolean fits = !call.ranked(i);
        for (int rank : ranks) {
            fits = fits || call.shape(i).rank() == rank;
        }
        NodeCheck.require(
                fits,
                "input %s '%s' has the shape %s, which is none of an attention",
                i,
                call.node().input(i),
                call.shape(i));
    }

    private static long heads(Call call) {
        return call.attributes().integer(HEADS, 1);
    }

    private static boolean hasRank(Call call, int i, int rank) {
        return call.ranked(i) && call.shape(i).rank() == rank;
    }

    /** Numbers of a head, in whichever form the input is. */
    private static Dim size(Call call, int i) {
        if (!call.ranked(i)) {
            return Dim.UNKNOWN;
        }
        return call.shape(i).rank() == 3
                ? part(call.shape(i).dim(2), heads(call))
                : call.shape(i).dim(-1);
    }

    private static AttentionSizes sizes(Call call) {
        Dim keys = Dim.UNKNOWN;
        Dim valueSize = size(call, VALUE);
        if (hasRank(call, 0, PACKED)) {
            keys = call.shape(0).dim(1);
            valueSize = size(call, 0);
        } else if (hasRank(call, KEY, PACKED)) {
            keys = call.shape(KEY).dim(1);
            valueSize = size(call, KEY);
        } else if (call.ranked(KEY)) {
            keys = call.shape(KEY).dim(-2);
            keys = call.shape(KEY).rank() == 4 ? call.shape(KEY).dim(2) : keys;
        }
        if (call.has(PAST_LENGTH)) {
            keys = dim(call, PAST_KEY, 2);
        } else if (call.has(PAST_KEY)) {
            keys = sum(dim(call, PAST_KEY, 2), keys);
        }
        Dim heads = Dim.of(heads(call));
        return new AttentionSizes(
                dim(call, 0, 0), heads, heads, dim(call, 0, 1), keys, size(call, 0), valueSize);
    }

    @Override
    public List<TensorType> outputTypes(Call call) {
        AttentionSizes sizes = sizes(call);
        Shape y =
                Shape.of(
                        List.of(
                                sizes.batch(),
                                sizes.queries(),
                                Shapes.times(sizes.heads(), sizes.valueSize())));
        return List.of(
                        new TensorType(call.dataType(0), y),
                        new TensorType(call.dataType(0), sizes.presentKeys()),
                        new TensorType(call.dataType(0), sizes.presentValues()),
                        new TensorType(call.dataType(0), sizes.products()))
                .subList(0, call.node().outputs().size());
    }

    @Override
    public void channels(Call call, ChannelLinks links) {
        for (int i = 0; i <= VALUE; i++) {
            if (call.has(i)) {
                links.freeze(
                        call.node().input(i), call.shape(i).rank() - 1, AttentionSizes.WHOLE_HEADS);
            }
        }
        links.freeze(call.node().output(0), 2, AttentionSizes.WHOLE_HEADS);
    }

    @Override
    public int[] parameters(Call call) {
        return new int[] {BIAS};
    }

    @Override
    public long macs(Call call) {
        return sizes(call).macs();
    }
}
