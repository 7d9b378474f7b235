package dev.espalier.core.op;

/** ONNX Runtime's {@code Y = X * Sigmoid(alpha * X)}. */
public final class QuickGelu extends Elementwise {
    @Override
    public String type() {
        return "QuickGelu";
    }

    @Override
    public String domain() {
        return "com.microsoft";
    }

    @Override
    public boolean trains(Call call) {
        return false;
    }
}
