package dev.espalier.core.op.nn;

import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.Elementwise;

/** ONNX Runtime's {@code Y = X * Sigmoid(alpha * X)}. */
final class QuickGelu extends Elementwise {
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
