package dev.espalier.core.op.nn;

import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.ChannelLinks;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.Operator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Reduces each window of X [N, C, D1..Dn] to one number; samples and channels stay as they are. */
abstract class Pool implements Operator {
    static Window window(Call call) {
        if (!call.attributes().has("kernel_shape")) {
            throw new IllegalArgumentException("kernel_shape is missing");
        }
        long[] kernel = call.attributes().integers("kernel_shape");
        return Window.of(call, Arrays.stream(kernel).mapToObj(Dim::of).toList());
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(1).flag("ceil_mode").flag("count_include_pad").flag("storage_order");
        Window.checkPool(node);
    }

    @Override
    public List<TensorType> outputTypes(Call call) {
        Shape x = call.shape(0);
        if (!x.isRanked()) {
            return List.of();
        }
        Window window = window(call);
        List<Dim> spatial = window.outputDims(x);
        List<Dim> dims = new ArrayList<>(x.dims().subList(0, 2));
        dims.addAll(spatial);
        return call.output(Shape.of(dims));
    }

    @Override
    public void channels(Call call, ChannelLinks links) {
        tieSamplesAndChannels(call, links);
    }

    /** Ties the first two axes of X to those of Y. */
    static void tieSamplesAndChannels(Call call, ChannelLinks links) {
        links.tie(call.node().input(0), 0, call.node().output(0), 0);
        links.tie(call.node().input(0), 1, call.node().output(0), 1);
    }

    @Override
    public boolean trains(Call call) {
        int axes = window(call).kernel().size();
        return axes >= 1 && axes <= 3 && call.dataType(0).isFloating();
    }
}
