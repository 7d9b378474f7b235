package dev.espalier.core.op.math;

import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.Elementwise;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.TorchWriter;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.op.spec.Traits;

/**
 * {@code Y = X + bias} where {@code X < -lambd}, {@code X - bias} where {@code X > lambd}, and 0
 * between ({@code lambd} is 0.5 by default, {@code bias} 0).
 */
@Traits({Trait.UNCHANGED_7_TO_13, Trait.UNCHANGED_13_TO_21})
final class Shrink extends Elementwise {
    @Override
    public String type() {
        return "Shrink";
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(1).real("lambd").real("bias");
    }

    @Override
    public boolean trains(Call call) {
        return call.dataType(0).isFloating();
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        String bound = TorchWriter.real(call.attributes().real("lambd", 0.5f));
        String below = TorchWriter.real(-call.attributes().real("lambd", 0.5f));
        String bias = TorchWriter.real(call.attributes().real("bias", 0));
        String x = torch.in(0);
        String zeros = "torch.zeros_like(" + x + ")";
        String above =
                "torch.where(torch.gt(%s, %s), torch.sub(%s, %s), %s)"
                        .formatted(x, bound, x, bias, zeros);
        torch.out(
                "torch.where(torch.lt(%s, %s), torch.add(%s, %s), %s)"
                        .formatted(x, below, x, bias, above));
    }
}
