package dev.espalier.quantize.internal.grid;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;

/**
 * Counts of all values seen so far, in bins that widen by powers of two as greater values arrive.
 * Bin {@code i} counts the values in {@code [i * 2^k, (i + 1) * 2^k)} for {@code -BINS <= i <
 * BINS}; {@code k} is the least exponent at which the greatest magnitude fits. Bins of one width
 * are exact unions of those of a lesser one, so the counts depend on which values were seen and on
 * nothing else: not on their order, not on how they came in batches. Memory is constant.
 */
public final class Histogram {
    /** On either side of zero; a bin is at most 1/1024 of the greatest magnitude. */
    private static final int BINS = 2048;

    /** Of memory that one histogram takes. */
    public static final int BYTES = 2 * BINS * Long.BYTES;

    private static final int NO_EXPONENT = Integer.MIN_VALUE;

    private final long[] counts = new long[2 * BINS];
    private int exponent = NO_EXPONENT;
    private long zeros;
    private long exactZeros;
    private long total;
    private float least = Float.POSITIVE_INFINITY;
    private float greatest = Float.NEGATIVE_INFINITY;

    /**
     * @param values not modified
     * @return their range; empty where there are none
     * @throws IllegalArgumentException where a value is not finite
     */
    public Optional<ValueRange> add(float[] values) {
        if (values.length == 0) {
            return Optional.empty();
        }
        float low = values[0];
        float high = values[0];
        for (float value : values) {
            // Both keep what is not a number.
            low = Math.min(low, value);
            high = Math.max(high, value);
        }
        if (!Float.isFinite(low) || !Float.isFinite(high)) {
            throw new IllegalArgumentException("a value of " + (Float.isFinite(low) ? high : low));
        }
        least = Math.min(least, low);
        greatest = Math.max(greatest, high);
        total += values.length;
        widen(Math.max(Math.abs(least), Math.abs(greatest)));
        count(values);
        return Optional.of(new ValueRange(low, high));
    }

    private void count(float[] values) {
        if (exponent == NO_EXPONENT) {
            zeros += values.length;
            exactZeros += values.length;
            return;
        }
        // 2^-k may exceed a float's range, a double's never: k is at least -160.
        double perBin = Math.scalb(1.0, -exponent);
        // Neighbours often fall into one bin; in tables of their own they need not wait for each
        // other.
        int[] even = new int[counts.length];
        int[] odd = new int[counts.length];
        int last = values.length - 1;
        for (int i = 0; i < last; i += 2) {
            even[bin(values[i], perBin)]++;
            odd[bin(values[i + 1], perBin)]++;
        }
        if (last % 2 == 0) {
            even[bin(values[last], perBin)]++;
        }
        int zero = 0;
        for (float value : values) {
            zero += value == 0 ? 1 : 0;
        }
        exactZeros += zero;
        for (int i = 0; i < even.length; i++) {
            counts[i] += even[i] + odd[i];
        }
    }

    private static int bin(float value, double perBin) {
        double bin = value * perBin;
        int whole = (int) bin;
        return (bin < whole ? whole - 1 : whole) + BINS;
    }

    /** Adds what another histogram counted; the same as if this one had counted it. */
    public void add(Histogram other) {
        least = Math.min(least, other.least);
        greatest = Math.max(greatest, other.greatest);
        total += other.total;
        exactZeros += other.exactZeros;
        zeros += other.zeros;
        if (other.exponent == NO_EXPONENT) {
            if (exponent != NO_EXPONENT) {
                counts[BINS] += zeros;
                zeros = 0;
            }
            return;
        }
        long[] added = other.counts.clone();
        int wider = exponent == NO_EXPONENT ? other.exponent : Math.max(exponent, other.exponent);
        if (exponent != NO_EXPONENT && exponent < wider) {
            merge(counts, Math.min(wider - exponent, 31));
        }
        if (other.exponent < wider) {
            merge(added, Math.min(wider - other.exponent, 31));
        }
        exponent = wider;
        counts[BINS] += zeros;
        zeros = 0;
        for (int i = 0; i < counts.length; i++) {
            counts[i] += added[i];
        }
    }

    private void widen(float magnitude) {
        if (magnitude == 0) {
            return;
        }
        int needed = exponentFor(magnitude);
        if (exponent == NO_EXPONENT) {
            exponent = needed;
            counts[BINS] += zeros;
            zeros = 0;
        } else if (needed > exponent) {
            merge(counts, Math.min(needed - exponent, 31));
            exponent = needed;
        }
    }

    /** The least k with {@code magnitude < BINS * 2^k}. */
    private static int exponentFor(float magnitude) {
        return Math.getExponent((double) magnitude) + 1 - Integer.numberOfTrailingZeros(BINS);
    }

    /** Gives every bin's count to the bin that is {@code 2^shift} times as wide. */
    private static void merge(long[] counts, int shift) {
        long[] narrow = counts.clone();
        Arrays.fill(counts, 0);
        for (int i = 0; i < narrow.length; i++) {
            counts[((i - BINS) >> shift) + BINS] += narrow[i];
        }
    }

    /** Writes all that {@link #read} needs. */
    public void write(DataOutput out) throws IOException {
        out.writeInt(exponent);
        out.writeLong(zeros);
        out.writeLong(exactZeros);
        out.writeLong(total);
        out.writeFloat(least);
        out.writeFloat(greatest);
        for (int i = 0; i < counts.length; i++) {
            if (counts[i] != 0) {
                out.writeShort(i);
                out.writeLong(counts[i]);
            }
        }
        out.writeShort(counts.length);
    }

    /**
     * @throws IllegalArgumentException where what is read was not written by {@link #write}
     */
    public static Histogram read(DataInput in) throws IOException {
        Histogram read = new Histogram();
        read.exponent = in.readInt();
        read.zeros = in.readLong();
        read.exactZeros = in.readLong();
        read.total = in.readLong();
        read.least = in.readFloat();
        read.greatest = in.readFloat();
        int bin = in.readUnsignedShort();
        while (bin < read.counts.length) {
            read.counts[bin] = in.readLong();
            bin = in.readUnsignedShort();
        }
        long counted = read.zeros + Arrays.stream(read.counts).sum();
        if (bin != read.counts.length || counted != read.total) {
            throw new IllegalArgumentException("not a histogram");
        }
        return read;
    }

    /** One bin that is not empty. */
    interface Bin {
        void see(double centre, long count);
    }

    /**
     * All bins that are not empty, from the least on; zeros are at zero, not at their bin's centre.
     */
    void forEachBin(Bin bin) {
        if (exponent == NO_EXPONENT) {
            return;
        }
        for (int i = 0; i < counts.length; i++) {
            long count = counts[i] - (i == BINS ? exactZeros : 0);
            if (count > 0) {
                bin.see(Math.scalb(i - BINS + 0.5, exponent), count);
            }
        }
    }

    /** The bins' counts from the least on, zero in the middle, without values that are zero. */
    double[] nonZeroCounts() {
        double[] all = new double[counts.length];
        for (int i = 0; i < all.length; i++) {
            all[i] = counts[i];
        }
        all[BINS] -= exponent == NO_EXPONENT ? 0 : exactZeros;
        return all;
    }

    /** Zero where only zeros were seen. */
    double binWidth() {
        return exponent == NO_EXPONENT ? 0 : Math.scalb(1.0, exponent);
    }

    public boolean isEmpty() {
        return total == 0;
    }

    /** The least and the greatest value seen. */
    public ValueRange minMax() {
        return new ValueRange(least, greatest);
    }

    /**
     * The range outside of which at most {@code (1 - share)} of the values lie on either side, up
     * to the width of a bin; never wider than {@link #minMax()}.
     *
     * @param share above 0.5, at most 1
     */
    public ValueRange percentile(double share) {
        if (exponent == NO_EXPONENT || share >= 1) {
            return minMax();
        }
        double cut = (1 - share) * total;
        float low = Math.max((float) quantileFrom(0, 1, cut), least);
        float high = Math.min((float) quantileFrom(counts.length - 1, -1, cut), greatest);
        // With few values both ends may fall into one bin.
        return low <= high ? new ValueRange(low, high) : minMax();
    }

    /** Walks from one end until {@code cut} values are passed; linear within the last bin. */
    private double quantileFrom(int end, int step, double cut) {
        double passed = 0;
        int i = end;
        while (i + step >= 0 && i + step < counts.length && passed + counts[i] <= cut) {
            passed += counts[i];
            i += step;
        }
        double within = counts[i] == 0 ? 0 : Math.min((cut - passed) / counts[i], 1);
        double outerEdge = step > 0 ? i - BINS : i - BINS + 1;
        return Math.scalb(outerEdge + step * within, exponent);
    }
}
