package dev.espalier.core.ir;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** The dimensions of a tensor, outermost first; immutable. */
public final class Shape {
    /** The shape of a value whose rank is unknown. */
    public static final Shape UNRANKED = new Shape(null);

    public static final Shape SCALAR = new Shape(List.of());

    private final List<Dim> dims;

    private Shape(List<Dim> dims) {
        this.dims = dims;
    }

    public static Shape of(long... sizes) {
        return new Shape(Arrays.stream(sizes).mapToObj(Dim::of).toList());
    }

    public static Shape of(List<Dim> dims) {
        return new Shape(List.copyOf(dims));
    }

    /** Whether the number of dimensions is known. Every other method but equals needs it. */
    public boolean isRanked() {
        return dims != null;
    }

    /** Whether every dimension has a known size. */
    public boolean isFixed() {
        return dims != null && dims.stream().allMatch(Dim::isFixed);
    }

    public int rank() {
        return dims().size();
    }

    public List<Dim> dims() {
        if (dims == null) {
            throw new IllegalStateException("the rank of this value is unknown");
        }
        return dims;
    }

    /** The dimension at {@code axis}; negative axes count from the end as in ONNX. */
    public Dim dim(int axis) {
        return dims().get(axis < 0 ? axis + rank() : axis);
    }

    /**
     * The size at {@code axis}; negative axes count from the end.
     *
     * @throws IllegalStateException where that dimension is not fixed
     */
    public long size(int axis) {
        return dim(axis).size();
    }

    /** All sizes of a fixed shape, as a new array. */
    public long[] sizes() {
        return dims().stream().mapToLong(Dim::size).toArray();
    }

    /**
     * The product of all sizes of a fixed shape; 1 for a scalar.
     *
     * @throws ArithmeticException where the product does not fit a long
     */
    public long elementCount() {
        long count = 1;
        for (Dim dim : dims()) {
            count = Math.multiplyExact(count, dim.size());
        }
        return count;
    }

    /** This shape with another dimension at {@code axis}. */
    public Shape with(int axis, Dim dim) {
        List<Dim> changed = new ArrayList<>(dims());
        changed.set(axis < 0 ? axis + rank() : axis, dim);
        return of(changed);
    }

    /**
     * The shape that two shapes broadcast to under ONNX's (NumPy's) multidirectional rule. A
     * dimension that cannot be told stays unknown.
     *
     * @throws IllegalArgumentException where two fixed sizes differ and neither is 1
     */
    public static Shape broadcast(Shape a, Shape b) {
        if (!a.isRanked() || !b.isRanked()) {
            return UNRANKED;
        }
        int rank = Math.max(a.rank(), b.rank());
        List<Dim> result = new ArrayList<>(rank);
        for (int i = 0; i < rank; i++) {
            int ai = i - rank + a.rank();
            int bi = i - rank + b.rank();
            Dim x = ai < 0 ? Dim.of(1) : a.dims.get(ai);
            Dim y = bi < 0 ? Dim.of(1) : b.dims.get(bi);
            result.add(broadcast(x, y, a, b));
        }
        return of(result);
    }

    private static Dim broadcast(Dim x, Dim y, Shape a, Shape b) {
        if (x.isFixed() && x.size() == 1) {
            return y;
        }
        if (y.isFixed() && y.size() == 1) {
            return x;
        }
        if (x.isFixed() && y.isFixed()) {
            if (x.size() != y.size()) {
                throw new IllegalArgumentException(
                        "shapes " + a + " and " + b + " do not broadcast");
            }
            return x;
        }
        if (x.isFixed()) {
            return x;
        }
        if (y.isFixed()) {
            return y;
        }
        return x.equals(y) && !x.equals(Dim.UNKNOWN) ? x : Dim.UNKNOWN;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Shape shape && java.util.Objects.equals(dims, shape.dims);
    }

    @Override
    public int hashCode() {
        return java.util.Objects.hashCode(dims);
    }

    @Override
    public String toString() {
        return dims == null
                ? "[*]"
                : dims.stream().map(Dim::toString).collect(Collectors.joining(",", "[", "]"));
    }
}
