package dev.espalier.core.op.nn;

import dev.espalier.core.ir.Shape;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.ChannelLinks;
import dev.espalier.core.op.spec.Elementwise;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.Trait;
import java.util.Set;

/**
 * Turns pairs of numbers of each head of X by angles that grow with the position: X [batch, heads,
 * seq, size] or [batch, seq, heads*size] to Y of the same shape, by cosines and sines [positions,
 * size / 2] that position_ids look up. ONNX Runtime's own operator of that name, which it fuses
 * others to, has position_ids before the tables.
 *
 * <p>Channels: the last axis is frozen, since its numbers are turned in pairs.
 */
final class RotaryEmbedding extends Elementwise {
    private final String domain;

    /**
     * @param domain the standard's or the runtime's
     */
    RotaryEmbedding(String domain) {
        this.domain = domain;
    }

    @Override
    public String type() {
        return "RotaryEmbedding";
    }

    @Override
    public String domain() {
        return domain;
    }

    @Override
    public Set<Trait> traits() {
        return Set.of();
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(domain.isEmpty() ? 3 : 4, 4).flag("interleaved");
        node.integer("num_heads", 0, NodeCheck.MOST);
        node.integer("rotary_embedding_dim", 0, NodeCheck.MOST);
        Shape x = node.call().shape(0);
        NodeCheck.require(
                !x.isRanked() || x.rank() == 3 || x.rank() == 4,
                "input %s has %s axes, expected 3 or 4",
                x,
                x.isRanked() ? x.rank() : 0);
    }

    @Override
    public void channels(Call call, ChannelLinks links) {
        int last = call.shape(0).rank() - 1;
        links.freeze(call.node().input(0), last, "its numbers are turned in pairs");
        links.freeze(call.node().output(0), last, "its numbers are turned in pairs");
    }

    @Override
    public boolean trains(Call call) {
        return false;
    }
}
