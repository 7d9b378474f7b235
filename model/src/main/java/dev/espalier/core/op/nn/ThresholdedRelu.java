package dev.espalier.core.op.nn;

import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.Elementwise;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.TorchWriter;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.op.spec.Traits;
import java.util.Set;

/** {@code Y = X} where X is greater than {@code alpha} (default 1) and 0 elsewhere. */
@Traits({Trait.UNCHANGED_7_TO_13, Trait.UNCHANGED_13_TO_21})
final class ThresholdedRelu extends Elementwise {
    @Override
    public String type() {
        return "ThresholdedRelu";
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(1).real("alpha");
    }

    private static float alpha(Call call) {
        return call.attributes().real("alpha", 1);
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        torch.out(
                "torch.threshold(%s, %s, 0.)"
                        .formatted(torch.in(0), TorchWriter.real(alpha(call))));
    }

    /** A threshold other than 0 stays where it is. */
    @Override
    public boolean isHomogeneous(Call call, Set<Integer> scaled) {
        return scaled.equals(Set.of(0)) && alpha(call) == 0;
    }
}
