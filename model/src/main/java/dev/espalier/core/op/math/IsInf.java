package dev.espalier.core.op.math;

import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.Elementwise;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.TorchWriter;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.op.spec.Traits;
import java.util.List;

/**
 * Whether each element is infinite, as truths (bool); {@code detect_positive} and {@code
 * detect_negative} (both 1 by default) say which infinities count.
 */
@Traits({Trait.UNCHANGED_7_TO_13, Trait.UNCHANGED_13_TO_21})
final class IsInf extends Elementwise {
    @Override
    public String type() {
        return "IsInf";
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(1).flag("detect_positive").flag("detect_negative");
    }

    @Override
    public List<TensorType> outputTypes(Call call) {
        return List.of(new TensorType(DataType.BOOL, call.shape(0)));
    }

    private static boolean detects(Call call, String sign) {
        return call.attributes().integer("detect_" + sign, 1) == 1;
    }

    @Override
    public boolean trains(Call call) {
        return detects(call, "positive") || detects(call, "negative");
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        String name =
                !detects(call, "negative")
                        ? "isposinf"
                        : detects(call, "positive") ? "isinf" : "isneginf";
        torch.out("torch.%s(%s)".formatted(name, torch.in(0)));
    }
}
