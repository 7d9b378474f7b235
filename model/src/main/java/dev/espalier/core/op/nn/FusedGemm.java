package dev.espalier.core.op.nn;

import dev.espalier.core.ir.TensorType;
import dev.espalier.core.op.math.Gemm;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.ChannelLinks;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.Operator;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.op.spec.Traits;
import java.util.List;

/** ONNX Runtime's {@code Y = activation(Gemm(A, B, C))}: a {@link Gemm} with an activation. */
@Traits(Trait.MATRIX_PRODUCT)
final class FusedGemm implements Operator {
    private final Gemm gemm = new Gemm();

    @Override
    public String type() {
        return "FusedGemm";
    }

    @Override
    public String domain() {
        return "com.microsoft";
    }

    @Override
    public void check(NodeCheck node) {
        gemm.check(node);
        node.real("activation_alpha").real("activation_beta").real("activation_gamma");
    }

    @Override
    public List<TensorType> outputTypes(Call call) {
        return gemm.outputTypes(call);
    }

    @Override
    public void channels(Call call, ChannelLinks links) {
        gemm.channels(call, links);
    }

    @Override
    public int[] parameters(Call call) {
        return gemm.parameters(call);
    }

    @Override
    public long macs(Call call) {
        return gemm.macs(call);
    }
}
