package dev.espalier.quantize.internal.placement;

import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Tensor;
import dev.espalier.quantize.internal.grid.Grid;
import dev.espalier.quantize.internal.grid.Histogram;
import dev.espalier.quantize.internal.grid.ValueRange;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Judges whether a Concat, an Add or a Mul can be computed on grids: whether what each part brings
 * is still there once all are bytes. ONNX Runtime computes with {@code a}, {@code b} and {@code c}
 * the bytes without their zero points and {@code s} their scales
 *
 * <pre>
 *   QLinearAdd:  c = a * (sa / sc) + b * (sb / sc)
 *   QLinearMul:  c = a * b * (sa * sb / sc)
 * </pre>
 *
 * <p>in single precision. A summand whose step {@code sb} is long beside what is kept of the sum (a
 * Relu, Clip or MaxPool behind it may leave little) rounds all of that away, and where it is longer
 * still, so does single precision. In a product, one step of {@code a} makes {@code sa * |b|},
 * which has to be short beside what is kept. That rules out, too, that {@code sa * sb} overflows:
 * what is kept, being finite, would be less than one such step. It cannot underflow, since no scale
 * is below {@link Grid#LEAST_SCALE}.
 */
final class FarParts {
    /**
     * @param why it has to stay float
     * @param spreads whether what it makes cannot be bytes of one grid either
     */
    record Finding(String why, boolean spreads) {}

    private final Placement placement;
    private final CalibratedRanges ranges;
    private final Map<String, ValueRange> kept;

    FarParts(Placement placement, CalibratedRanges ranges) {
        this.placement = placement;
        this.ranges = ranges;
        this.kept = ranges.ofGroups(placement);
    }

    /** Parts that lie side by side. */
    Optional<Finding> inConcat(Node concat) {
        double whole = 0;
        double least = Double.POSITIVE_INFINITY;
        for (String part : concat.inputs()) {
            double reach = own(part).reach();
            whole = Math.max(whole, reach);
            least = reach > 0 ? Math.min(least, reach) : least;
        }
        return SharedGrids.isShort(least, whole)
                ? Optional.of(few(least, "another", whole))
                : Optional.empty();
    }

    /**
     * Parts that are added. A variable one that has few levels of the sum's is lost where it is all
     * there is, as between the zeros of a mask; 16 levels as in a Concat leave ordinary residuals
     * alone: the smallest summand in ResNet-20 and ResNet-56 for CIFAR-10 has 84. A constant, such
     * as a bias, loses nothing by being small.
     */
    Optional<Finding> inAdd(Node add) {
        ValueRange sum = kept(add.output(0));
        for (String part : add.inputs()) {
            double step = grid(part).scale();
            if (isCoarse(step, sum)) {
                return Optional.of(coarse("one of its parts", step, sum));
            }
        }
        return add.inputs().stream()
                .filter(part -> placement.constant(part).isEmpty())
                .map(part -> own(part).reach())
                .filter(reach -> reach > 0 && SharedGrids.isShort(reach, sum.reach()))
                .findFirst()
                .map(reach -> few(reach, "the sum", sum.reach()));
    }

    /**
     * Parts that are multiplied. What a layer wrote as bytes is rounded already and gains nothing
     * here; constants and what comes as float do, and so does what would overflow.
     */
    Optional<Finding> inMul(Node mul) {
        ValueRange product = kept(mul.output(0));
        List<String> parts = mul.inputs();
        double step =
                Math.max(
                        grid(parts.get(0)).scale() * own(parts.get(1)).magnitude(),
                        grid(parts.get(1)).scale() * own(parts.get(0)).magnitude());
        return isCoarse(step, product)
                ? Optional.of(coarse("the product", step, product))
                : Optional.empty();
    }

    private static boolean isCoarse(double step, ValueRange kept) {
        // Where only zeros are kept, whatever is written besides zero is wrong.
        double reach = kept.reach() > 0 ? kept.reach() : Grid.over(kept).greatest();
        return SharedGrids.isShort(reach, step * SharedGrids.LEVELS);
    }

    private static Finding few(double part, String other, double whole) {
        return new Finding(
                "of its parts one reaches %s and %s %s, which leaves %s of %s levels"
                        .formatted(
                                (float) part,
                                other,
                                (float) whole,
                                (int) (SharedGrids.LEVELS * part / whole),
                                SharedGrids.LEVELS),
                true);
    }

    private static Finding coarse(String what, double step, ValueRange kept) {
        return new Finding(
                "%s has steps of %s, and what is kept of the result reaches %s"
                        .formatted(what, (float) step, (float) kept.reach()),
                false);
    }

    /** Of the values themselves, whatever shares a grid with them. */
    private ValueRange own(String value) {
        return placement.constant(value).map(FarParts::range).orElseGet(() -> ranges.of(value));
    }

    private static ValueRange range(Tensor constant) {
        Histogram values = new Histogram();
        values.add(constant.toFloats());
        return values.isEmpty() ? new ValueRange(0, 0) : values.minMax();
    }

    /** Of all that shares a grid with {@code value}, behind Relus and Clips. */
    private ValueRange kept(String value) {
        return kept.getOrDefault(placement.grouping().of(value), new ValueRange(0, 0));
    }

    private Grid grid(String part) {
        return placement
                .constant(part)
                // As the writer does it.
                .map(constant -> Grid.over(range(constant)))
                .orElseGet(() -> ranges.grid(kept(part)));
    }
}
