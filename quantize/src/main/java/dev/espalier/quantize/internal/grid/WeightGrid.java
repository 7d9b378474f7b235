package dev.espalier.quantize.internal.grid;

import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * Symmetric signed bytes for a weight tensor, one scale for all of it or one for each index along
 * {@code axis}:
 *
 * <pre>
 *   w = q scale     q in -g..g     scale = max|w| / g     64 &lt;= g &lt;= 127
 * </pre>
 *
 * <p>Each channel's g is the greatest with which none of the {@link WeightPairs} that must not
 * saturate can do so, whatever the layer reads: 127 where there are no such pairs, and 64 fits any,
 * since {@code 2 * 255 * 64 < 2^15}.
 *
 * <p>The byte -128 is not used, so that the grid is the same on both sides of zero. Weights that
 * something before has put on a coarser grid, of four bits for instance, stay on that one.
 */
public final class WeightGrid {
    /** Of 4 bits. */
    private static final int GREATEST_OF_FOUR_BITS = 7;

    /**
     * Fewer weights than this lie on a coarse grid by chance, where a bias would lose precision.
     */
    private static final int FEWEST_ON_GRID = 8;

    /** Steps that float numbers may be off a grid they were put on. */
    private static final double ON_GRID = 1e-4;

    /** Leaves accumulated products as much room in 32 bits as the bias. */
    private static final double GREATEST_BIAS = 1 << 30;

    private final Shape shape;
    private final int axis;
    private final float[] scales;
    private final int bits;

    private WeightGrid(Shape shape, int axis, float[] scales, int bits) {
        this.shape = shape;
        this.axis = axis;
        this.scales = scales;
        this.bits = bits;
    }

    /**
     * @param axis one scale for each index along it; -1 for one scale
     * @param pairs of {@code weight} that must not saturate
     */
    public static WeightGrid of(Tensor weight, int axis, WeightPairs pairs) {
        return unfit(weight, axis, 8).fit(weight, pairs);
    }

    /** Without scales yet. */
    private static WeightGrid unfit(Tensor weight, int axis, int bits) {
        int count = axis < 0 ? 1 : Math.toIntExact(weight.shape().size(axis));
        return new WeightGrid(weight.shape(), axis, new float[count], bits);
    }

    /** One scale for the whole tensor. */
    static WeightGrid perTensor(Tensor weight) {
        return of(weight, -1, WeightPairs.NONE);
    }

    /** One scale for each index along {@code axis}. */
    static WeightGrid perChannel(Tensor weight, int axis) {
        return of(weight, axis, WeightPairs.NONE);
    }

    /**
     * The finest grid of 4 bits, -7..7, on which every channel of {@code weight} lies already;
     * empty where one lies on none.
     *
     * @param axis one scale for each index along it; -1 for one scale
     */
    public static Optional<WeightGrid> ofFourBits(Tensor weight, int axis) {
        WeightGrid grid = unfit(weight, axis, 4);
        double[][] rows = grid.rows(weight.toFloats());
        for (int c = 0; c < rows.length; c++) {
            double[] row = rows[c];
            float most = (float) Arrays.stream(row).map(Math::abs).max().orElse(0);
            OptionalInt levels =
                    IntStream.iterate(GREATEST_OF_FOUR_BITS, n -> n > 0, n -> n - 1)
                            .filter(n -> most == 0 || isOnGrid(row, most / (double) n))
                            .findFirst();
            if (levels.isEmpty()) {
                return Optional.empty();
            }
            grid.scales[c] = Math.max(most / levels.getAsInt(), Grid.LEAST_SCALE);
        }
        return Optional.of(grid);
    }

    private WeightGrid fit(Tensor weight, WeightPairs pairs) {
        float[] values = weight.toFloats();
        double[][] rows = rows(values);
        PairedWeights[] paired = PairedWeights.of(values, pairs, scales.length, this::channel);
        for (int c = 0; c < scales.length; c++) {
            float most = (float) Arrays.stream(rows[c]).map(Math::abs).max().orElse(0);
            PairedWeights own = paired[c];
            float step =
                    coarseStep(rows[c], most)
                            .filter(own::fit)
                            .orElseGet(() -> most / own.greatest(most));
            scales[c] = Math.max(step, Grid.LEAST_SCALE);
        }
        return this;
    }

    /** The values of each channel. */
    private double[][] rows(float[] values) {
        double[][] rows = new double[scales.length][values.length / scales.length];
        int[] filled = new int[rows.length];
        for (int i = 0; i < values.length; i++) {
            int c = channel(i);
            rows[c][filled[c]++] = values[i];
        }
        return rows;
    }

    /** The step of a grid coarser than this one on which a channel's weights lie already. */
    private Optional<Float> coarseStep(double[] row, float most) {
        return Arrays.stream(row).filter(w -> w != 0).count() < FEWEST_ON_GRID
                ? Optional.empty()
                : IntStream.range(1, PairedWeights.GREATEST)
                        .filter(levels -> isOnGrid(row, most / (double) levels))
                        .mapToObj(levels -> most / levels)
                        .findFirst();
    }

    private static boolean isOnGrid(double[] row, double step) {
        for (double w : row) {
            double q = w / step;
            if (Math.abs(q - Math.rint(q)) > ON_GRID) {
                return false;
            }
        }
        return true;
    }

    /** The index along the axis of element {@code i} in row-major order. */
    private int channel(int i) {
        if (axis < 0) {
            return 0;
        }
        long inner = 1;
        for (int a = axis + 1; a < shape.rank(); a++) {
            inner *= shape.size(a);
        }
        return (int) (i / inner % scales.length);
    }

    /**
     * This grid with every scale at least so great that the channel's bias fits 32 bits: a channel
     * that pruning or training left (almost) empty may have a bias far above its weights.
     *
     * @param bias [channels], not modified
     */
    public WeightGrid wideEnoughFor(float[] bias, float inputScale) {
        float[] widened = scales.clone();
        for (int c = 0; c < bias.length; c++) {
            int s = axis < 0 ? 0 : c;
            double least = Math.abs(bias[c]) / (GREATEST_BIAS * inputScale);
            widened[s] = Math.max(widened[s], (float) least);
        }
        return new WeightGrid(shape, axis, widened, bits);
    }

    /** The weight as INT8, or as INT4 where the grid is of 4 bits. */
    public Tensor quantize(Tensor weight) {
        float[] values = weight.toFloats();
        int greatest = bits == 4 ? GREATEST_OF_FOUR_BITS : PairedWeights.GREATEST;
        long[] integers = new long[values.length];
        for (int i = 0; i < values.length; i++) {
            double q = Math.rint(values[i] / scales[channel(i)]);
            integers[i] = (long) Math.min(Math.max(q, -greatest), greatest);
        }
        return Tensor.ofIntegers(bits == 4 ? DataType.INT4 : DataType.INT8, shape, integers);
    }

    /**
     * The greatest magnitude of each channel's integers.
     *
     * @param quantized what {@link #quantize} gave
     */
    public int[] greatest(Tensor quantized) {
        long[] integers = quantized.toLongs();
        int[] greatest = new int[scales.length];
        for (int i = 0; i < integers.length; i++) {
            int c = channel(i);
            greatest[c] = Math.max(greatest[c], (int) Math.abs(integers[i]));
        }
        return greatest;
    }

    /** The numbers that the runtime computes with in place of {@code weight}. */
    public Tensor rounded(Tensor weight) {
        float[] values = quantize(weight).toFloats();
        for (int i = 0; i < values.length; i++) {
            values[i] *= scales[channel(i)];
        }
        return Tensor.ofFloats(shape, values);
    }

    /** The bias as INT32 in steps of input scale times weight scale. */
    public Tensor quantizeBias(float[] bias, float inputScale) {
        int[] values = new int[bias.length];
        for (int c = 0; c < bias.length; c++) {
            double step = (double) biasScale(inputScale, axis < 0 ? 0 : c);
            values[c] = (int) Math.rint(bias[c] / step);
        }
        return Tensor.ofInts(Shape.of(bias.length), values);
    }

    /** The value of a bias's integer 1 in channel {@code c}; 0 where all channels share a scale. */
    float biasScale(float inputScale, int c) {
        return inputScale * scales[c];
    }

    /** A scalar, or [channels]. */
    public Tensor scales() {
        return scaleTensor(scales.clone());
    }

    private Tensor scaleTensor(float[] values) {
        return axis < 0
                ? Tensor.scalar(values[0])
                : Tensor.ofFloats(Shape.of(values.length), values);
    }

    public boolean isPerChannel() {
        return axis >= 0;
    }

    public int axis() {
        return axis;
    }
}
