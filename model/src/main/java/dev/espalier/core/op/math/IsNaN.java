package dev.espalier.core.op.math;

import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.Elementwise;
import dev.espalier.core.op.spec.TorchWriter;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.op.spec.Traits;
import java.util.List;

/** Whether each element is no number, as truths (bool). */
@Traits({Trait.UNCHANGED_7_TO_13, Trait.UNCHANGED_13_TO_21})
final class IsNaN extends Elementwise {
    @Override
    public String type() {
        return "IsNaN";
    }

    @Override
    public List<TensorType> outputTypes(Call call) {
        return List.of(new TensorType(DataType.BOOL, call.shape(0)));
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        torch.out("torch.isnan(" + torch.in(0) + ")");
    }
}
