package dev.espalier.core.op.nn;

import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.Constants;
import dev.espalier.core.op.spec.TorchWriter;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.op.spec.Traits;
import java.util.Arrays;
import java.util.Set;

/**
 * The mean of each window of X [N, C, D1..Dn]; padding counts as zeros where {@code
 * count_include_pad} says so (default: no) and else not at all.
 */
@Traits({Trait.UNCHANGED_7_TO_13, Trait.FLOAT16})
public final class AveragePool extends Pool {
    @Override
    public String type() {
        return "AveragePool";
    }

    private static boolean countsPadding(Call call) {
        return call.attributes().integer("count_include_pad", 0) == 1;
    }

    @Override
    public boolean trains(Call call) {
        return super.trains(call)
                && Arrays.stream(window(call).dilations()).allMatch(d -> d == 1)
                && (window(call).fitsTorchPool(call) || isSpatiallyFixed(call));
    }

    private static boolean isSpatiallyFixed(Call call) {
        Shape x = call.shape(0);
        return x.isRanked() && Shape.of(x.dims().subList(2, x.rank())).isFixed();
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        Window window = window(call);
        boolean own = window.fitsTorchPool(call);
        String mean =
                "torch.avg_pool%sd(%s, %s, %s, %s, %s, %s)"
                        .formatted(
                                window.kernel().size(),
                                window.pooled(call, torch, torch.in(0), 0.0),
                                TorchWriter.ints(window.kernelSizes()),
                                TorchWriter.ints(window.strides()),
                                TorchWriter.ints(window.poolPads(call)),
                                window.torchCeil(call),
                                own && !countsPadding(call) ? "False" : "True");
        torch.out(
                own ? mean : "torch.mul(" + mean + ", " + torch.constant(corrections(call)) + ")");
    }

    /**
     * Elements of the kernel over those that count, for each output position [1, 1, O1..On]: what a
     * mean over a padded input has to be multiplied by.
     */
    private static Tensor corrections(Call call) {
        Window window = window(call);
        Shape x = call.shape(0);
        int axes = window.kernel().size();
        long[] sizes = new long[axes + 2];
        sizes[0] = 1;
        sizes[1] = 1;
        for (int i = 0; i < axes; i++) {
            sizes[i + 2] = window.outputDims(x).get(i).size();
        }
        Shape shape = Shape.of(sizes);
        double[] corrections = new double[Math.toIntExact(shape.elementCount())];
        long[] strides = Constants.strides(shape);
        for (int p = 0; p < corrections.length; p++) {
            corrections[p] = 1;
            for (int i = 0; i < axes; i++) {
                long position = p / strides[i + 2] % sizes[i + 2];
                corrections[p] *= window.correction(x, i, position, countsPadding(call));
            }
        }
        return Tensor.ofReals(call.dataType(0), shape, corrections);
    }

    @Override
    public boolean isHomogeneous(Call call, Set<Integer> scaled) {
        return scaled.equals(Set.of(0));
    }
}
