package dev.espalier.core.op.nn;

import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.Elementwise;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.TorchWriter;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.op.spec.Traits;

/** {@code Y = max(0, min(1, alpha * X + beta))}, by default with 0.2 and 0.5. */
@Traits({Trait.UNCHANGED_7_TO_13, Trait.UNCHANGED_13_TO_21, Trait.FLOAT16, Trait.SATURATES})
final class HardSigmoid extends Elementwise {
    @Override
    public String type() {
        return "HardSigmoid";
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(1).real("alpha").real("beta");
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        float alpha = call.attributes().real("alpha", 0.2f);
        float beta = call.attributes().real("beta", 0.5f);
        torch.out(
                "torch.clamp(torch.add(torch.mul(%s, %s), %s), 0., 1.)"
                        .formatted(torch.in(0), TorchWriter.real(alpha), TorchWriter.real(beta)));
    }
}
