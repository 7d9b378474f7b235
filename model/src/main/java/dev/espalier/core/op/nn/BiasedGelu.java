package dev.espalier.core.op.nn;

import dev.espalier.core.op.spec.Broadcast;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.ChannelLinks;
import dev.espalier.core.op.spec.Elementwise;
import dev.espalier.core.op.spec.NodeCheck;

/**
 * ONNX Runtime's {@code C = Gelu(A + B)} with a vector B of A's last axis: {@code BiasGelu}, see
 * {@link Gelu}, and {@code FastGelu}, which approximates Gelu by tanh and may be without B.
 */
final class BiasedGelu extends Elementwise {
    private final String type;

    BiasedGelu(String type) {
        this.type = type;
    }

    @Override
    public String type() {
        return type;
    }

    @Override
    public String domain() {
        return "com.microsoft";
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(1, 2).reals(1);
    }

    @Override
    public void channels(Call call, ChannelLinks links) {
        super.channels(call, links);
        if (call.has(1)) {
            Broadcast.tie(call, 1, links);
        }
    }

    @Override
    public int[] parameters(Call call) {
        return new int[] {1};
    }

    @Override
    public boolean trains(Call call) {
        return false;
    }
}
