package dev.espalier.quantize.internal.calibration;

import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Tensor;
import dev.espalier.quantize.internal.grid.Histogram;
import dev.espalier.quantize.internal.grid.ValueRange;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Optional;

/**
 * What calibration keeps of one value: a {@link Histogram} of all its elements, the sums of the
 * extremes of single runs, and the ranges of its channels where these are asked for. Its size is
 * constant, and its content depends on the set of runs alone: counts are, and the sums are taken
 * exactly.
 */
public final class Observer {
    private static final int AT_ONCE = 1 << 14;

    private Histogram histogram = new Histogram();
    private BigDecimal lows = BigDecimal.ZERO;
    private BigDecimal highs = BigDecimal.ZERO;
    private long runs;
    private NonFinite undefined;
    private NonFinite infinite;
    private Optional<ChannelRanges> channels;

    public Observer() {
        this.channels = Optional.empty();
    }

    /**
     * @param channels to keep, too
     */
    public Observer(ChannelRanges channels) {
        this.channels = Optional.of(channels);
    }

    /**
     * Adds all elements that the value had in one run of the model, some at a time. Those that are
     * not finite count nowhere but for {@link #undefined} and {@link #infinite}.
     *
     * @param example the first of those that the run was on
     */
    public void add(Tensor run, int example) {
        FloatBuffer values =
                run.dataType() == DataType.FLOAT
                        ? run.bytes().asFloatBuffer()
                        : FloatBuffer.wrap(run.toFloats());
        float low = Float.POSITIVE_INFINITY;
        float high = Float.NEGATIVE_INFINITY;
        float[] some = new float[0];
        while (values.hasRemaining()) {
            int count = Math.min(values.remaining(), AT_ONCE);
            some = some.length == count ? some : new float[count];
            long from = values.position();
            values.get(some);
            boolean isFinite = !NonFinite.isAmong(some);
            Optional<ValueRange> range = histogram.add(isFinite ? some : finite(some, example));
            if (range.isPresent()) {
                low = Math.min(low, range.get().low());
                high = Math.max(high, range.get().high());
            }
            if (channels.isPresent() && isFinite) {
                channels.get().add(run.shape(), some, from);
            }
        }
        if (low <= high) {
            lows = lows.add(new BigDecimal(low));
            highs = highs.add(new BigDecimal(high));
            runs++;
        }
    }

    private float[] finite(float[] values, int example) {
        float[] kept = new float[values.length];
        int count = 0;
        for (float value : values) {
            if (Float.isNaN(value)) {
                undefined = NonFinite.first(undefined, new NonFinite(value, example));
            } else if (Float.isInfinite(value)) {
                infinite = NonFinite.first(infinite, new NonFinite(value, example));
            } else {
                kept[count++] = value;
            }
        }
        return Arrays.copyOf(kept, count);
    }

    /**
     * Adds what another observer saw, as if this one had seen it; channels where both keep them.
     *
     * @throws IllegalArgumentException where it saw another number of channels
     */
    public void add(Observer other) {
        histogram.add(other.histogram);
        lows = lows.add(other.lows);
        highs = highs.add(other.highs);
        runs += other.runs;
        undefined = NonFinite.first(undefined, other.undefined);
        infinite = NonFinite.first(infinite, other.infinite);
        if (channels.isPresent() && other.channels.isPresent()) {
            channels.get().add(other.channels.get());
        }
    }

    /** The first NaN. */
    public Optional<NonFinite> undefined() {
        return Optional.ofNullable(undefined);
    }

    /** The first infinity: mostly of a mask, and no error then. */
    public Optional<NonFinite> infinite() {
        return Optional.ofNullable(infinite);
    }

    /** Empty where nobody asked for them; without those of numbers that are not finite. */
    public Optional<ChannelRanges> channels() {
        return channels;
    }

    public Histogram histogram() {
        return histogram;
    }

    /** From the mean of the runs' least values to the mean of their greatest. */
    public ValueRange average() {
        BigDecimal count = BigDecimal.valueOf(Math.max(runs, 1));
        return new ValueRange(mean(lows, count), mean(highs, count));
    }

    private static float mean(BigDecimal sum, BigDecimal count) {
        return sum.divide(count, MathContext.DECIMAL64).floatValue();
    }

    /** Writes all that {@link #read} needs. */
    void write(DataOutput out) throws IOException {
        out.writeUTF(lows.toString());
        out.writeUTF(highs.toString());
        out.writeLong(runs);
        write(undefined, out);
        write(infinite, out);
        histogram.write(out);
        out.writeBoolean(channels.isPresent());
        if (channels.isPresent()) {
            channels.get().write(out);
        }
    }

    private static void write(NonFinite number, DataOutput out) throws IOException {
        out.writeInt(number == null ? -1 : number.example());
        out.writeFloat(number == null ? 0 : number.value());
    }

    private static NonFinite readNonFinite(DataInput in) throws IOException {
        int example = in.readInt();
        float value = in.readFloat();
        return example < 0 ? null : new NonFinite(value, example);
    }

    /**
     * @throws IllegalArgumentException where what is read was not written by {@link #write}
     */
    static Observer read(DataInput in) throws IOException {
        Observer observer = new Observer();
        observer.lows = new BigDecimal(in.readUTF());
        observer.highs = new BigDecimal(in.readUTF());
        observer.runs = in.readLong();
        observer.undefined = readNonFinite(in);
        observer.infinite = readNonFinite(in);
        observer.histogram = Histogram.read(in);
        if (in.readBoolean()) {
            observer.channels = Optional.of(ChannelRanges.read(in));
        }
        return observer;
    }
}
