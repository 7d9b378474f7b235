package dev.espalier.core.op.nn;

import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.TorchWriter;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.op.spec.Traits;

/**
 * The norm {@code (sum |X|^p)^(1/p)} of each channel, p being 2 unless given: X [N, C, D1..Dn] to Y
 * [N, C, 1..1].
 */
@Traits({Trait.UNCHANGED_7_TO_13, Trait.UNCHANGED_13_TO_21})
final class GlobalLpPool extends GlobalPool {
    @Override
    public String type() {
        return "GlobalLpPool";
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(1).integer("p", 1, NodeCheck.MOST);
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        torch.out(
                "torch.norm(%s, %s, %s, True)"
                        .formatted(torch.in(0), call.attributes().integer("p", 2), axes(call)));
    }
}
