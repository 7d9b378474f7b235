package dev.espalier.core.op;

/**
 * ONNX Runtime's {@code Y = Gelu(X + bias)} with Gelu approximated by tanh; the vector bias of X's
 * last axis may be left out.
 */
public final class FastGelu extends Elementwise {
    @Override
    public String type() {
        return "FastGelu";
    }

    @Override
    public String domain() {
        return "com.microsoft";
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
