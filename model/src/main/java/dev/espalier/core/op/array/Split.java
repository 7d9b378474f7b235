package dev.espalier.core.op.array;

import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.ChannelCut;
import dev.espalier.core.op.spec.ChannelLinks;
import dev.espalier.core.op.spec.Constants;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.Operator;
import dev.espalier.core.op.spec.TorchWriter;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.op.spec.Traits;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Cuts a tensor into parts along {@code axis} (default 0). Their sizes are the attribute {@code
 * split} before operator set 13 and an input from then on; without any the parts are equal, but
 * from 18 on the last of {@code num_outputs} may be smaller.
 */
@Traits({Trait.FLOAT16, Trait.SELECTS})
final class Split implements Operator {
    @Override
    public String type() {
        return "Split";
    }

    @Override
    public int outputs() {
        return Integer.MAX_VALUE;
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(1, 2).axis("axis", 0).integers(1);
        node.integers("split", 0, NodeCheck.MOST).integer("num_outputs", 1, NodeCheck.MOST);
        NodeCheck.require(!node.call().node().outputs().isEmpty(), "has no outputs");
    }

    private static int axis(Call call) {
        return Call.axis(call.attributes().integer("axis", 0), call.shape(0).rank());
    }

    /** The size of each part; empty where it is not known. */
    private static Optional<long[]> sizes(Call call) {
        int parts = call.node().outputs().size();
        Dim whole = call.shape(0).dim(axis(call));
        if (call.gives("split", 1)) {
            Optional<long[]> given = call.longs("split", 1);
            if (given.isPresent()
                    && (given.get().length != parts
                            || Arrays.stream(given.get()).anyMatch(size -> size < 0)
                            || whole.isFixed()
                                    && Arrays.stream(given.get()).sum() != whole.size())) {
                throw new IllegalArgumentException(
                        "parts of %s do not make up %s in %s outputs"
                                .formatted(Arrays.toString(given.get()), whole, parts));
            }
            return given;
        }
        if (!whole.isFixed()) {
            return Optional.empty();
        }
        long size = (whole.size() + parts - 1) / parts;
        long[] sizes = new long[parts];
        for (int i = 0; i < parts; i++) {
            sizes[i] = Math.max(0, Math.min(size, whole.size() - i * size));
        }
        return Optional.of(sizes);
    }

    @Override
    public List<TensorType> outputTypes(Call call) {
        if (!call.ranked(0)) {
            return call.node().outputs().stream()
                    .map(output -> new TensorType(call.dataType(0), Shape.UNRANKED))
                    .toList();
        }
        Optional<long[]> sizes = sizes(call);
        List<TensorType> types = new ArrayList<>();
        for (int i = 0; i < call.node().outputs().size(); i++) {
            Dim size = sizes.isPresent() ? Dim.of(sizes.get()[i]) : Dim.UNKNOWN;
            types.add(new TensorType(call.dataType(0), call.shape(0).with(axis(call), size)));
        }
        return types;
    }

    @Override
    public void channels(Call call, ChannelLinks links) {
        int axis = axis(call);
        String x = call.node().input(0);
        long[] sizes = sizes(call).orElse(null);
        int offset = 0;
        for (int i = 0; i < call.node().outputs().size(); i++) {
            String y = call.node().output(i);
            for (int k = 0; k < call.shape(0).rank() && !y.isEmpty(); k++) {
                if (k != axis) {
                    links.tie(x, k, y, k);
                } else if (sizes != null) {
                    int from = offset;
                    links.tie(x, k, p -> from + p, y, k, p -> p, Math.toIntExact(sizes[i]));
                }
            }
            offset = Math.addExact(offset, sizes == null ? 0 : Math.toIntExact(sizes[i]));
        }
    }

    @Override
    public Node cut(Call call, ChannelCut cut) {
        long[] sizes = sizes(call).orElseThrow();
        int[] kept = cut.kept(call.node().input(0), axis(call));
        long[] left = new long[sizes.length];
        int from = 0;
        for (int i = 0; i < sizes.length; i++) {
            int to = Math.toIntExact(from + sizes[i]);
            left[i] = Slice.below(kept, to) - Slice.below(kept, from);
            from = to;
        }
        if (Arrays.equals(sizes, left)) {
            return call.node();
        }
        if (call.opset() < 13) {
            return call.node().withAttributes(call.attributes().with("split", left));
        }
        Tensor constant = Tensor.ofLongs(Shape.of(left.length), left);
        String hint = call.has(1) ? call.node().input(1) : call.node().output(0) + "_sizes";
        return call.node()
                .withAttributes(call.attributes().without("num_outputs"))
                .withInput(1, cut.constant(hint, constant));
    }

    @Override
    public Optional<List<Tensor>> evaluate(Call call) {
        Optional<Tensor> x = call.constant(0);
        if (x.isEmpty() || sizes(call).isEmpty()) {
            return Optional.empty();
        }
        long[] strides = Constants.strides(x.get().shape());
        List<Tensor> parts = new ArrayList<>();
        long offset = 0;
        for (long size : sizes(call).get()) {
            long[] sizes = x.get().shape().with(axis(call), Dim.of(size)).sizes();
            int[] indices = Constants.indices(sizes, strides, offset * strides[axis(call)]);
            Optional<Tensor> part = Constants.pick(x.get(), indices, Shape.of(sizes));
            if (part.isEmpty()) {
                return Optional.empty();
            }
            parts.add(part.get());
            offset += size;
        }
        return Optional.of(parts);
    }

    @Override
    public boolean trains(Call call) {
        return call.ranked(0) && sizes(call).isPresent();
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        String parts =
                torch.let(
                        "torch.split_with_sizes(%s, %s, %s)"
                                .formatted(
                                        torch.in(0),
                                        TorchWriter.ints(sizes(call).orElseThrow()),
                                        axis(call)));
        for (int i = 0; i < call.node().outputs().size(); i++) {
            if (!call.node().output(i).isEmpty()) {
                torch.out(i, parts + "[" + i + "]");
            }
        }
    }

    @Override
    public boolean isHomogeneous(Call call, Set<Integer> scaled) {
        return scaled.equals(Set.of(0));
    }
}
