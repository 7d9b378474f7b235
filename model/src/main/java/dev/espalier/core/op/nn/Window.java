package dev.espalier.core.op.nn;

import dev.espalier.core.ir.Attributes;
import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.TorchWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * The sliding window of Conv and the pools over n spatial axes: kernel, strides, dilations and pads
 * with their defaults, and the output size they give, {@code floor((size + padBegin + padEnd -
 * dilation * (kernel - 1) - 1) / stride) + 1}.
 */
record Window(List<Dim> kernel, Attributes attributes) {
    static Window of(Call call, List<Dim> kernel) {
        return new Window(kernel, call.attributes());
    }

    /**
     * What Conv, ConvTranspose and the pools demand of the attributes of their window.
     *
     * @param w shape of the weight, whose axes behind the first two are the window's
     */
    static void check(NodeCheck node, Shape w) {
        Attributes attributes = node.call().attributes();
        node.word("auto_pad", "NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID");
        node.integers("kernel_shape", 1, NodeCheck.MOST);
        node.integers("strides", 1, NodeCheck.MOST);
        node.integers("dilations", 1, NodeCheck.MOST);
        node.integers("pads", 0, NodeCheck.MOST);
        long[] kernel = attributes.integers("kernel_shape");
        int axes = kernel.length;
        if (w.isRanked()) {
            NodeCheck.require(w.rank() > 2, "weight %s has no spatial axes", w);
            axes = w.rank() - 2;
            node.integers("kernel_shape", axes, 1, NodeCheck.MOST);
            for (int i = 0; i < kernel.length; i++) {
                Dim size = w.dim(i + 2);
                NodeCheck.require(
                        !size.isFixed() || size.size() == kernel[i],
                        "kernel_shape is %s, the weight %s",
                        Arrays.toString(kernel),
                        w);
            }
        }
        if (axes > 0) {
            node.integers("strides", axes, 1, NodeCheck.MOST);
            node.integers("dilations", axes, 1, NodeCheck.MOST);
            node.integers("pads", 2 * axes, 0, NodeCheck.MOST);
        }
    }

    /** {@link #check} of a pool, whose pads are also smaller than its kernel. */
    static void checkPool(NodeCheck node) {
        check(node, Shape.UNRANKED);
        long[] kernel = node.call().attributes().integers("kernel_shape");
        NodeCheck.require(kernel.length > 0, "kernel_shape is missing");
        long[] pads = node.call().attributes().integers("pads");
        for (int i = 0; i < pads.length; i++) {
            NodeCheck.require(
                    pads[i] < kernel[i % kernel.length],
                    "pads are %s, expected less than the kernel's %s",
                    Arrays.toString(pads),
                    Arrays.toString(kernel));
        }
    }

    private int axes() {
        return kernel.size();
    }

    long[] strides() {
        return positive("strides");
    }

    long[] dilations() {
        return positive("dilations");
    }

    private long[] positive(String name) {
        long[] values = attributes.integers(name, ones());
        if (values.length != axes() || Arrays.stream(values).anyMatch(value -> value < 1)) {
            throw new IllegalArgumentException(
                    "%s are %s, expected %s positive numbers"
                            .formatted(name, Arrays.toString(values), axes()));
        }
        return values;
    }

    long[] kernelSizes() {
        return kernel.stream().mapToLong(Dim::size).toArray();
    }

    /** Torch's {@code ceil_mode}; off where {@link #pooled} makes the last window fit. */
    String torchCeil(Call call) {
        return isCeil() && fitsTorchPool(call) ? "True" : "False";
    }

    private boolean isCeil() {
        return attributes.integer("ceil_mode", 0) == 1;
    }

    private long[] ones() {
        long[] ones = new long[axes()];
        Arrays.fill(ones, 1);
        return ones;
    }

    /** Begin of every axis, then end of every axis, of a fixed input under any {@code auto_pad}. */
    long[] pads(Shape x) {
        String auto = attributes.string("auto_pad", "NOTSET");
        long[] pads = new long[2 * axes()];
        if (auto.equals("NOTSET")) {
            long[] given = attributes.integers("pads", pads);
            if (given.length != pads.length) {
                throw new IllegalArgumentException(
                        "%s pads for %s axes".formatted(given.length, axes()));
            }
            return given;
        }
        if (auto.equals("VALID")) {
            return pads;
        }
        for (int i = 0; i < axes(); i++) {
            long size = x.size(i + 2);
            long stride = strides()[i];
            long extent = extent(i);
            long last = (steps(size, stride) - 1) * stride;
            long total = Math.max(0, Math.addExact(last, extent) - size);
            long begin = auto.equals("SAME_LOWER") ? total - total / 2 : total / 2;
            pads[i] = begin;
            pads[i + axes()] = total - begin;
        }
        return pads;
    }

    List<Dim> outputDims(Shape x) {
        if (x.rank() != axes() + 2) {
            throw new IllegalArgumentException(
                    "input " + x + " does not have " + axes() + " spatial axes as the kernel has");
        }
        boolean same = attributes.string("auto_pad", "NOTSET").startsWith("SAME");
        boolean ceil = isCeil();
        List<Dim> dims = new ArrayList<>();
        for (int i = 0; i < axes(); i++) {
            if (!x.dim(i + 2).isFixed() || !kernel.get(i).isFixed()) {
                dims.add(Dim.UNKNOWN);
                continue;
            }
            long size = x.size(i + 2);
            long stride = strides()[i];
            if (same) {
                dims.add(Dim.of(steps(size, stride)));
                continue;
            }
            long[] pads = pads(x);
            long extent = extent(i);
            long padded = Math.addExact(size, pads[i] + pads[i + axes()]);
            long span = padded - extent;
            NodeCheck.require(
                    span >= 0, "a window of %s does not fit a padded axis of %s", extent, padded);
            long steps = ceil ? steps(span, stride) : span / stride;
            if (ceil && steps * stride >= size + pads[i]) {
                steps--;
            }
            dims.add(Dim.of(steps + 1));
        }
        return dims;
    }

    /** {@code size / stride}, rounded up. */
    private static long steps(long size, long stride) {
        return size / stride + (size % stride == 0 ? 0 : 1);
    }

    private boolean isSymmetric(Call call) {
        long[] pads = pads(call.shape(0));
        return Arrays.equals(
                Arrays.copyOf(pads, axes()), Arrays.copyOfRange(pads, axes(), 2 * axes()));
    }

    /**
     * The pads for Torch's own argument: one number an axis, 0 where {@link #padded} pads instead.
     */
    long[] symmetricPads(Call call) {
        return isSymmetric(call) ? Arrays.copyOf(pads(call.shape(0)), axes()) : new long[axes()];
    }

    /** {@code x}, padded explicitly with {@code value} where the two sides of an axis differ. */
    String padded(Call call, TorchWriter torch, String x, double value) {
        return isSymmetric(call) ? x : pad(torch, x, pads(call.shape(0)), value);
    }

    private String pad(TorchWriter torch, String x, long[] pads, double value) {
        List<Long> reversed = new ArrayList<>();
        for (int i = axes() - 1; i >= 0; i--) {
            Collections.addAll(reversed, pads[i], pads[i + axes()]);
        }
        return torch.let(
                "torch.constant_pad_nd(%s, %s, %s)"
                        .formatted(x, reversed, TorchWriter.real(value)));
    }

    /** Whether Torch's pools take these pads: equal sides, at most half of the kernel. */
    boolean fitsTorchPool(Call call) {
        if (!attributes.string("auto_pad", "NOTSET").equals("NOTSET") && !call.shape(0).isRanked()
                || !isSymmetric(call)) {
            return false;
        }
        long[] pads = pads(call.shape(0));
        for (int i = 0; i < axes(); i++) {
            if (pads[i] < 0 || 2 * pads[i] > kernel.get(i).size()) {
                return false;
            }
        }
        return true;
    }

    /** The pads for a pool of Torch; 0 where {@link #pooled} pads instead. */
    long[] poolPads(Call call) {
        return fitsTorchPool(call) ? Arrays.copyOf(pads(call.shape(0)), axes()) : new long[axes()];
    }

    /** {@code x}, padded with {@code value} so far that every window fits where Torch cannot. */
    String pooled(Call call, TorchWriter torch, String x, double value) {
        if (fitsTorchPool(call)) {
            return x;
        }
        long[] pads = pads(call.shape(0)).clone();
        for (int i = 0; i < axes() && isCeil(); i++) {
            long last = (outputDims(call.shape(0)).get(i).size() - 1) * strides()[i];
            pads[i + axes()] = last + extent(i) - call.shape(0).size(i + 2) - pads[i];
        }
        return pad(torch, x, pads, value);
    }

    private long extent(int i) {
        long size = Math.multiplyExact(dilations()[i], kernel.get(i).size() - 1);
        return Math.addExact(size, 1);
    }

    /**
     * Kernel size over the number of elements that count in a window along one axis: those of X,
     * with its pads or without.
     */
    double correction(Shape x, int axis, long position, boolean countsPadding) {
        long[] pads = pads(x);
        long begin = position * strides()[axis] - pads[axis];
        long from = countsPadding ? -pads[axis] : 0;
        long to = x.size(axis + 2) + (countsPadding ? pads[axis + axes()] : 0);
        long end = begin + kernel.get(axis).size();
        return (double) kernel.get(axis).size() / (Math.min(end, to) - Math.max(begin, from));
    }
}
