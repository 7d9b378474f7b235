package dev.espalier.core.op.math;

import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.Constants;
import dev.espalier.core.op.spec.Elementwise;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.TorchWriter;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.op.spec.Traits;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** {@code Y = not X} of truths (bool), element by element. */
@Traits({Trait.UNCHANGED_7_TO_13, Trait.UNCHANGED_13_TO_21})
final class Not extends Elementwise {
    @Override
    public String type() {
        return "Not";
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(1);
        Logic.truths(node, 0);
    }

    @Override
    public Optional<List<Tensor>> evaluate(Call call) {
        return call.constant(0)
                .flatMap(
                        x ->
                                Constants.one(
                                        Tensor.ofIntegers(
                                                DataType.BOOL,
                                                x.shape(),
                                                Arrays.stream(x.toLongs())
                                                        .map(truth -> truth == 0 ? 1 : 0)
                                                        .toArray())));
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        torch.out("torch.logical_not(" + torch.in(0) + ")");
    }
}
