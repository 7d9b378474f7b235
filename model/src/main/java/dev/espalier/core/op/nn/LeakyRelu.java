package dev.espalier.core.op.nn;

import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.Elementwise;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.TorchWriter;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.op.spec.Traits;
import java.util.Set;

/** {@code Y = X} where X is positive and {@code alpha * X} (default 0.01) elsewhere. */
@Traits({Trait.UNCHANGED_7_TO_13, Trait.UNCHANGED_13_TO_21, Trait.FLOAT16, Trait.PIECEWISE_LINEAR})
public final class LeakyRelu extends Elementwise {
    @Override
    public String type() {
        return "LeakyRelu";
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(1).real("alpha");
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        float alpha = call.attributes().real("alpha", 0.01f);
        torch.out("torch.leaky_relu(%s, %s)".formatted(torch.in(0), TorchWriter.real(alpha)));
    }

    @Override
    public boolean isHomogeneous(Call call, Set<Integer> scaled) {
        return scaled.equals(Set.of(0));
    }
}
