package dev.espalier.core.op.array;

import dev.espalier.core.ir.Tensor;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.Elementwise;
import dev.espalier.core.op.spec.TorchWriter;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.op.spec.Traits;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** {@code Y = X}. */
@Traits({Trait.UNCHANGED_7_TO_13, Trait.UNCHANGED_13_TO_21, Trait.FLOAT16, Trait.REARRANGES})
final class Identity extends Elementwise {
    @Override
    public String type() {
        return "Identity";
    }

    @Override
    public int[] movedInputs(Call call) {
        return new int[] {0};
    }

    @Override
    public Optional<List<Tensor>> evaluate(Call call) {
        return call.constant(0).map(List::of);
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        torch.out(torch.in(0));
    }

    @Override
    public boolean isHomogeneous(Call call, Set<Integer> scaled) {
        return scaled.equals(Set.of(0));
    }

    @Override
    public boolean changesNothing(Call call) {
        return true;
    }
}
