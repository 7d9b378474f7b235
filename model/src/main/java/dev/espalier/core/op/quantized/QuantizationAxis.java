package dev.espalier.core.op.quantized;

import dev.espalier.core.ir.Dim;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.ChannelLinks;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.TorchWriter;
import java.util.Arrays;

/** The axis along which scale and zero point of QuantizeLinear and DequantizeLinear differ. */
final class QuantizationAxis {
    private QuantizationAxis() {}

    /** Of either operator; the axis of a scalar scale does not matter. */
    static void check(NodeCheck node) {
        Call call = node.call();
        node.inputs(2, 3).stored(1).integer("block_size", 0, NodeCheck.MOST);
        boolean hasAxis = call.ranked(1) && (isPerAxis(call) || isBlocked(call));
        node.axisWithin("axis", hasAxis ? rank(call) : NodeCheck.MOST_AXES);
        if (hasAxis && !isBlocked(call) && call.ranked(0)) {
            Dim size = call.shape(0).dim(axis(call));
            node.vector(1, size);
            if (call.ranked(2) && call.shape(2).rank() > 0) {
                node.vector(2, size);
            }
        }
    }

    private static int rank(Call call) {
        return call.ranked(0) ? call.shape(0).rank() : NodeCheck.MOST_AXES;
    }

    /** A vector of one element is a scalar written otherwise. */
    private static boolean isPerAxis(Call call) {
        return call.shape(1).rank() == 1 && !call.shape(1).dim(0).equals(Dim.of(1));
    }

    private static int axis(Call call) {
        return Call.axis(call.attributes().integer("axis", 1), call.shape(0).rank());
    }

    private static boolean isBlocked(Call call) {
        return call.attributes().integer("block_size", 0) > 0;
    }

    /** Whether one number or one vector scales the tensor, rather than blocks. */
    static boolean isPlain(Call call) {
        return call.ranked(0) && call.ranked(1) && call.shape(1).rank() <= 1 && !isBlocked(call);
    }

    static void channels(Call call, ChannelLinks links) {
        for (int axis = 0; axis < call.shape(0).rank(); axis++) {
            if (isBlocked(call)) {
                links.freeze(call.node().input(0), axis, "it is quantized in blocks");
            } else {
                links.tie(call.node().input(0), axis, call.node().output(0), axis);
            }
        }
        if (isPlain(call) && isPerAxis(call)) {
            links.tie(call.node().input(1), 0, call.node().output(0), axis(call));
            if (call.has(2) && call.shape(2).rank() == 1) {
                links.tie(call.node().input(2), 0, call.node().output(0), axis(call));
            }
        }
    }

    /** Input {@code i}, a scale or zero point, shaped so that it broadcasts to input 0. */
    static String aligned(Call call, TorchWriter torch, int i) {
        if (!isPerAxis(call)) {
            return torch.in(i);
        }
        long[] column = new long[call.shape(0).rank() - axis(call)];
        Arrays.fill(column, 1);
        column[0] = -1;
        return "torch.reshape(" + torch.in(i) + ", " + TorchWriter.ints(column) + ")";
    }
}
