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
import java.util.Optional;

/**
 * ONNX Runtime's {@code softmax(Q K^T) V} of language models, in which a head of K and V serves
 * several of Q: query [batch, seq, num_heads*size], key and value [batch, seq, kv_num_heads*size],
 * or all three in query [batch, seq, (num_heads + 2*kv_num_heads)*size], to [batch, seq,
 * num_heads*size]. The further outputs are K and V with past_key and past_value [batch,
 * kv_num_heads, past_seq, size] before them, in a buffer of past_seq or, if that is more,
 * total_sequence_length entries, and Q K^T.
 *
 * <p>Channels: they are frozen, since heads go as a whole.
 */
@Traits(Trait.MATRIX_PRODUCT)
final class GroupQueryAttention implements Operator {
    private static final int KEY = 1;
    private static final int VALUE = 2;
    private static final int PAST_KEY = 3;
    private static final int PAST_VALUE = 4;
    private static final int LENGTHS = 5;
    private static final int TOTAL_LENGTH = 6;
    private static final int HEAD_SINK = 11;
    private static final int Q_NORM = 14;
    private static final int K_NORM = 15;
    private static final String HEADS = "num_heads";
    private static final String KV_HEADS = "kv_num_heads";

    @Override
    public String type() {
        return "GroupQueryAttention";
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
        node.inputs(1, K_NORM + 1).integers(LENGTHS, TOTAL_LENGTH).real("scale").real("softcap");
        NodeCheck.require(
                call.has(LENGTHS) && call.has(TOTAL_LENGTH),
                "has no input %s or %s",
                LENGTHS,
                TOTAL_LENGTH);
        NodeCheck.require(
                call.attributes().has(HEADS) && call.attributes().has(KV_HEADS),
                "num_heads or kv_num_heads is missing");
        node.integer(HEADS, 1, NodeCheck.MOST).integer(KV_HEADS, 1, NodeCheck.MOST);
        node.scalar(TOTAL_LENGTH).flag("do_rotary").flag("rotary_interleaved");
        NodeCheck.require(
                heads(call) % kvHeads(call) == 0,
                "num_heads %s is no multiple of kv_num_heads %s",
                heads(call),
                kvHeads(call));
        for (int i = 0; i <= VALUE; i++) {
            node.shape(i, Dim.UNKNOWN, Dim.UNKNOWN, Dim.UNKNOWN);
        }
        NodeCheck.require(
                divides(queryHeads(call), dim(call, 0, 2)),
                "%s heads do not divide the last axis of %s",
                queryHeads(call),
                call.shape(0));
        for (int past : new int[] {PAST_KEY, PAST_VALUE}) {
            node.shape(past, Dim.UNKNOWN, Dim.of(kvHeads(call)), Dim.UNKNOWN, Dim.UNKNOWN);
        }
    }

    private static long heads(Call call) {
        return call.attributes().integer(HEADS, 1);
    }

    private static long kvHeads(Call call) {
        return call.attributes().integer(KV_HEADS, 1);
    }

    /** Heads that lie in the query: those of K and V too, where they are no inputs. */
    private static long queryHeads(Call call) {
        return call.has(KEY) ? heads(call) : heads(call) + 2 * kvHeads(call);
    }

    /** Where the total length is not known yet, the past and what is new. */
    private static AttentionSizes sizes(Call call, boolean isKept) {
        Dim past = call.has(PAST_KEY) ? dim(call, PAST_KEY, 2) : Dim.of(0);
        Optional<long[]> total = call.constantLongs(TOTAL_LENGTH);
        Dim keys;
        if (total.isPresent()) {
            long given = Math.max(0, total.get()[0]);
            keys = Dim.of(given);
            if (isKept) {
                keys = past.isFixed() ? Dim.of(Math.max(past.size(), given)) : Dim.UNKNOWN;
            }
        } else {
            keys = isKept ? Dim.UNKNOWN : sum(past, dim(call, 0, 1));
        }
        Dim size = part(dim(call, 0, 2), queryHeads(call));
        return new AttentionSizes(
                dim(call, 0, 0),
                Dim.of(heads(call)),
                Dim.of(kvHeads(call)),
                dim(call, 0, 1),
                keys,
                size,
                size);
    }

    @Override
    public List<TensorType> outputTypes(Call call) {
        AttentionSizes sizes = sizes(call, true);
        Shape y =
                Shape.of(
                        List.of(
                                sizes.batch(),
                                sizes.queries(),
                                Shapes.times(sizes.heads(), sizes.headSize())));
        TensorType kept =
                new TensorType(
                        call.dataType(call.type(PAST_KEY).isPresent() ? PAST_KEY : 0),
                        sizes.presentKeys());
        return List.of(
                        new TensorType(call.dataType(0), y),
                        kept,
                        kept,
                        new TensorType(call.dataType(0), sizes(call, false).products()))
                .subList(0, call.node().outputs().size());
    }

    @Override
    public void channels(Call call, ChannelLinks links) {
        for (int i = 0; i <= VALUE; i++) {
            if (call.has(i)) {
                links.freeze(call.node().input(i), 2, AttentionSizes.WHOLE_HEADS);
            }
        }
        links.freeze(call.node().output(0), 2, AttentionSizes.WHOLE_HEADS);
    }

    @Override
    public int[] parameters(Call call) {
        return new int[] {HEAD_SINK, Q_NORM, K_NORM};
    }

    @Override
    public long macs(Call call) {
        return sizes(call, false).macs();
    }
}
