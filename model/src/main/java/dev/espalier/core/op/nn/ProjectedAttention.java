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
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.op.spec.Traits;
import java.util.List;

/**
 * ONNX Runtime's own {@code Attention}, with the projections inside: input [batch, seq, width]
 * times weights [width, q + k + v] plus bias [q + k + v] are Q, K and V, each of {@code num_heads}
 * heads, and the output is {@code softmax(Q K^T) V} [batch, seq, v]. The three are of one size
 * unless {@code qkv_hidden_sizes} says otherwise. An optional past [2, batch, heads, past_seq,
 * size] comes before K and V; both together are the second output.
 *
 * <p>Channels: those of the input go with the rows of the weights; the others are frozen, since
 * heads go as a whole.
 */
@Traits(Trait.MATRIX_PRODUCT)
public final class ProjectedAttention implements Operator {
    private static final int WEIGHTS = 1;
    private static final int BIAS = 2;
    private static final int PAST = 4;
    private static final int PAST_LENGTH = 6;
    private static final int PARTS = 3;
    private static final String HEADS = "num_heads";
    private static final String SIZES = "qkv_hidden_sizes";

    @Override
    public String type() {
        return "Attention";
    }

    @Override
    public String domain() {
        return "com.microsoft";
    }

    @Override
    public int outputs() {
        return 2;
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(2, PAST_LENGTH + 1).reals(WEIGHTS, BIAS);
        checkSizes(node);
    }

    /** What holds of bytes too. */
    public void checkSizes(NodeCheck node) {
        Call call = node.call();
        node.flag("unidirectional").flag("do_rotary").flag("past_present_share_buffer");
        node.real("scale").real("mask_filter_value");
        NodeCheck.require(call.attributes().has(HEADS), "num_heads is missing");
        node.integer(HEADS, 1, NodeCheck.MOST);
        if (call.attributes().has(SIZES)) {
            node.integers(SIZES, PARTS, 1, NodeCheck.MOST);
        }
        node.shape(0, Dim.UNKNOWN, Dim.UNKNOWN, Dim.UNKNOWN);
        node.shape(WEIGHTS, dim(call, 0, 2), columns(call)).vector(BIAS, columns(call));
        node.shape(PAST, Dim.of(2), Dim.UNKNOWN, Dim.of(heads(call)), Dim.UNKNOWN, Dim.UNKNOWN);
        NodeCheck.require(
                call.attributes().has(SIZES) || divides(PARTS, columns(call)),
                "the %s columns of the weights %s are no three projections",
                columns(call),
                call.shape(WEIGHTS));
        for (int i = 0; i < PARTS; i++) {
            NodeCheck.require(
                    divides(heads(call), projected(call, i)),
                    "num_heads %s does not divide the %s columns of a projection",
                    heads(call),
                    projected(call, i));
        }
        NodeCheck.require(
                projected(call, 0).equals(projected(call, 1)),
                "qkv_hidden_sizes are %s and %s for Q and K, expected one size",
                projected(call, 0),
                projected(call, 1));
    }

    private static long heads(Call call) {
        return call.attributes().integer(HEADS, 1);
    }

    /** Columns of all three projections. */
    private static Dim columns(Call call) {
        if (!call.attributes().has(SIZES)) {
            return dim(call, WEIGHTS, 1);
        }
        long columns = 0;
        for (long size : call.attributes().integers(SIZES)) {
            columns += size;
        }
        return Dim.of(columns);
    }

    /** Columns of Q, K or V. */
    private static Dim projected(Call call, int i) {
        return call.attributes().has(SIZES)
                ? Dim.of(call.attributes().integers(SIZES)[i])
                : part(columns(call), PARTS);
    }

    private static AttentionSizes sizes(Call call) {
        Dim past = call.has(PAST) ? dim(call, PAST, 3) : Dim.of(0);
        boolean isShared = call.attributes().integer("past_present_share_buffer", 0) == 1;
        return new AttentionSizes(
                dim(call, 0, 0),
                Dim.of(heads(call)),
                Dim.of(heads(call)),
                dim(call, 0, 1),
                isShared ? past : sum(past, dim(call, 0, 1)),
                part(projected(call, 0), heads(call)),
                part(projected(call, 2), heads(call)));
    }

    @Override
    public List<TensorType> outputTypes(Call call) {
        AttentionSizes sizes = sizes(call);
        Shape y = Shape.of(List.of(sizes.batch(), sizes.queries(), projected(call, 2)));
        Shape present =
                Shape.of(
                        List.of(
                                Dim.of(2),
                                sizes.batch(),
                                sizes.heads(),
                                sizes.keys(),
                                sizes.headSize()));
        return List.of(
                        new TensorType(call.dataType(0), y),
                        new TensorType(call.dataType(0), present))
                .subList(0, call.node().outputs().size());
    }

    @Override
    public void channels(Call call, ChannelLinks links) {
        links.tie(call.node().input(0), 2, call.node().input(WEIGHTS), 0);
        links.freeze(call.node().input(WEIGHTS), 1, AttentionSizes.WHOLE_HEADS);
        links.freeze(call.node().output(0), 2, AttentionSizes.WHOLE_HEADS);
    }

    @Override
    public int[] parameters(Call call) {
        return new int[] {WEIGHTS, BIAS};
    }

    /** The projections and the products of what they give. */
    @Override
    public long macs(Call call) {
        long projections = Math.multiplyExact(call.shape(0).elementCount(), columns(call).size());
        return Math.addExact(projections, sizes(call).macs());
    }
}
