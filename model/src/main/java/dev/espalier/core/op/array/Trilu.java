package dev.espalier.core.op.array;

import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.ChannelLinks;
import dev.espalier.core.op.spec.Constants;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.Operator;
import dev.espalier.core.op.spec.TorchWriter;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.op.spec.Traits;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The matrices X [.., N, M] with zeros below their diagonal {@code k} (default 0), or above it
 * where {@code upper} (default 1) is 0.
 *
 * <p>Channels: rows and columns stay, the axes before them go together.
 */
@Traits(Trait.UNCHANGED_13_TO_21)
final class Trilu implements Operator {
    @Override
    public String type() {
        return "Trilu";
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(1, 2).flag("upper").integers(1).scalar(1);
        NodeCheck.require(
                !node.call().ranked(0) || node.call().shape(0).rank() >= 2,
                "input 0 has the shape %s, expected matrices",
                node.call().shape(0));
    }

    private static boolean isUpper(Call call) {
        return call.attributes().integer("upper", 1) == 1;
    }

    /** The diagonal, no farther than any matrix reaches; empty where it is not known. */
    private static Optional<Long> diagonal(Call call) {
        return call.has(1)
                ? call.constantLongs(1)
                        .filter(k -> k.length == 1)
                        .map(k -> Math.max(-NodeCheck.MOST, Math.min(NodeCheck.MOST, k[0])))
                : Optional.of(0L);
    }

    @Override
    public List<TensorType> outputTypes(Call call) {
        return call.output(call.shape(0));
    }

    @Override
    public void channels(Call call, ChannelLinks links) {
        int rank = call.shape(0).rank();
        for (int k = 0; k < rank; k++) {
            if (k < rank - 2) {
                links.tie(call.node().input(0), k, call.node().output(0), k);
            } else {
                links.freeze(call.node().input(0), k, "a triangle of it is cleared");
                links.freeze(call.node().output(0), k, "a triangle of it is cleared");
            }
        }
    }

    @Override
    public Optional<List<Tensor>> evaluate(Call call) {
        Optional<Tensor> x = call.constant(0);
        Optional<Long> diagonal = diagonal(call);
        if (x.isEmpty() || diagonal.isEmpty()) {
            return Optional.empty();
        }
        DataType type = x.get().dataType();
        int columns = Math.toIntExact(x.get().shape().size(-1));
        int rows = Math.toIntExact(x.get().shape().size(-2));
        if (type.isFloating()) {
            double[] reals = x.get().toDoubles();
            for (int i = 0; i < reals.length; i++) {
                reals[i] = stays(call, i, rows, columns, diagonal.get()) ? reals[i] : 0;
            }
            return Constants.one(Tensor.ofReals(type, x.get().shape(), reals));
        }
        if (!type.isInteger()) {
            return Optional.empty();
        }
        long[] integers = x.get().toLongs();
        for (int i = 0; i < integers.length; i++) {
            integers[i] = stays(call, i, rows, columns, diagonal.get()) ? integers[i] : 0;
        }
        return Constants.one(Tensor.ofIntegers(type, x.get().shape(), integers));
    }

    private static boolean stays(Call call, int i, int rows, int columns, long diagonal) {
        long beyond = i % columns - i / columns % rows - diagonal;
        return isUpper(call) ? beyond >= 0 : beyond <= 0;
    }

    @Override
    public boolean trains(Call call) {
        return TorchWriter.hasType(call.dataType(0)) && diagonal(call).isPresent();
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        torch.out(
                "torch.%s(%s, %s)"
                        .formatted(
                                isUpper(call) ? "triu" : "tril",
                                torch.in(0),
                                diagonal(call).orElseThrow()));
    }

    @Override
    public boolean isHomogeneous(Call call, Set<Integer> scaled) {
        return scaled.equals(Set.of(0));
    }
}
