package dev.espalier.core.op;

import dev.espalier.core.ir.Attributes;
import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Shape;
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
                    "%s are %s, expected %d positive numbers"
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
                        "%d pads for %d axes".formatted(given.length, axes()));
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
            long output = (size + stride - 1) / stride;
            long total = Math.max(0, (output - 1) * stride + extent - size);
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
                dims.add(Dim.of((size + stride - 1) / stride));
                continue;
            }
            long[] pads = pads(x);
            long extent = extent(i);
            long span = size + pads[i] + pads[i + axes()] - extent;
            if (span < 0) {
                throw new IllegalArgumentException(
                        "a window of "
                                + extent
                                + " does not fit a padded axis of "
                                + (span + extent));
            }
            long steps = ceil ? (span + stride - 1) / stride : span / stride;
            if (ceil && steps * stride >= size + pads[i]) {
                steps--;
            }
            dims.add(Dim.of(steps + 1));
        }
        return dims;
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
        return dilations()[i] * (kernel.get(i).size() - 1) + 1;
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
