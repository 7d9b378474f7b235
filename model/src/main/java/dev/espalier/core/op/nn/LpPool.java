package dev.espalier.core.op.nn;

import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.TorchWriter;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.op.spec.Traits;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.LongStream;

/**
 * The norm {@code (sum |X|^p)^(1/p)} of each window of X [N, C, D1..Dn], p being 2 unless given;
 * padding counts as zeros.
 */
@Traits({Trait.UNCHANGED_7_TO_13, Trait.UNCHANGED_13_TO_21})
final class LpPool extends Pool {
    /** Sums are no smaller before their root is taken, whose slope at zero has no bound. */
    private static final double LEAST = 1e-30;

    @Override
    public String type() {
        return "LpPool";
    }

    @Override
    public void check(NodeCheck node) {
        super.check(node);
        node.integer("p", 1, NodeCheck.MOST);
    }

    private static long p(Call call) {
        return call.attributes().integer("p", 2);
    }

    @Override
    public boolean trains(Call call) {
        return super.trains(call)
                && Arrays.stream(window(call).dilations()).allMatch(d -> d == 1)
                && call.ranked(0)
                && (window(call).fitsTorchPool(call)
                        || call.shape(0).dims().stream().skip(2).allMatch(dim -> dim.isFixed()));
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        Window window = window(call);
        String x = window.pooled(call, torch, torch.in(0), 0.0);
        String size = torch.let("torch.abs(" + x + ")");
        String powers = p(call) == 1 ? size : "torch.pow(%s, %s)".formatted(size, p(call));
        String sums = torch.let(sums(call, window, powers));
        torch.out(
                p(call) == 1
                        ? sums
                        : "torch.pow(torch.clamp_min(%s, %s), %s)"
                                .formatted(
                                        sums,
                                        TorchWriter.real(LEAST),
                                        TorchWriter.real(1.0 / p(call))));
    }

    /** A mean over windows that is divided by 1; Torch has none for one axis, which becomes two. */
    private static String sums(Call call, Window window, String powers) {
        boolean line = window.kernel().size() == 1;
        String sums =
                "torch.avg_pool%sd(%s, %s, %s, %s, %s, True, 1)"
                        .formatted(
                                line ? 2 : window.kernel().size(),
                                line ? "torch.unsqueeze(" + powers + ", 2)" : powers,
                                plane(line, 1, window.kernelSizes()),
                                plane(line, 1, window.strides()),
                                plane(line, 0, window.poolPads(call)),
                                window.torchCeil(call));
        return line ? "torch.squeeze(" + sums + ", 2)" : sums;
    }

    private static String plane(boolean line, long first, long[] values) {
        return TorchWriter.ints(
                line
                        ? LongStream.concat(LongStream.of(first), LongStream.of(values)).toArray()
                        : values);
    }

    @Override
    public boolean isHomogeneous(Call call, Set<Integer> scaled) {
        return scaled.equals(Set.of(0));
    }
}
