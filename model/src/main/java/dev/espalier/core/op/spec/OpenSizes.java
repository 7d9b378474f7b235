package dev.espalier.core.op.spec;

import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.TensorType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Follows open dimensions through the integer arithmetic of a model: real exports compute {@code
 * [N, -1]} from Shape, Gather and Concat before they reshape. An open dimension is carried through
 * tensors as a stand-in, an integer that no model uses, and comes out as the same dimension.
 */
public final class OpenSizes {
    private static final long UNKNOWN = 0x5eed_5eed_0000_0000L;
    private static final int MOST_ELEMENTS = 64;

    private final List<Dim> dims;
    private final Map<Dim, Long> standIns;
    private final Map<String, Tensor> tensors = new HashMap<>();
    private final Function<String, Optional<TensorType>> types;

    /** Of the graph around this one; null where its values cannot be read. */
    private final OpenSizes around;

    /**
     * @param types of the model's values with the open dimensions left open
     */
    public OpenSizes(Function<String, Optional<TensorType>> types) {
        this(types, new ArrayList<>(List.of(Dim.UNKNOWN)), new HashMap<>(), null);
        standIns.put(Dim.UNKNOWN, UNKNOWN);
    }

    private OpenSizes(
            Function<String, Optional<TensorType>> types,
            List<Dim> dims,
            Map<Dim, Long> standIns,
            OpenSizes around) {
        this.types = types;
        this.dims = dims;
        this.standIns = standIns;
        this.around = around;
    }

    /**
     * The same for a graph inside a node of this one: a dimension has one stand-in in both.
     *
     * @param types of that graph's values
     * @param seesAround whether it may read the values of this one by name
     */
    public OpenSizes inside(Function<String, Optional<TensorType>> types, boolean seesAround) {
        return new OpenSizes(types, dims, standIns, seesAround ? this : null);
    }

    /** Notes that {@code value} is what {@code other} knows as {@code theirs}. */
    public void take(String value, OpenSizes other, String theirs) {
        other.find(theirs).ifPresent(tensor -> tensors.put(value, tensor));
    }

    /** The shape of {@code value} with its open dimensions; unranked where it is not known. */
    public Shape shape(String value) {
        return types.apply(value).map(TensorType::shape).orElse(Shape.UNRANKED);
    }

    /** Whether {@code size} stands for an open dimension. */
    public boolean isOpen(long size) {
        return size >= UNKNOWN && size < UNKNOWN + dims.size();
    }

    /** The dimension that {@code size}, an element of a tensor that holds sizes, stands for. */
    public Dim dim(long size) {
        return isOpen(size) ? dims.get((int) (size - UNKNOWN)) : Dim.of(size);
    }

    /** The integer that carries {@code dim}. */
    public long standIn(Dim dim) {
        if (dim.isFixed()) {
            return dim.size();
        }
        return standIns.computeIfAbsent(
                dim,
                added -> {
                    dims.add(added);
                    return UNKNOWN + dims.size() - 1;
                });
    }

    /** A size made from open ones in a way that is not followed. */
    public long unknown() {
        return UNKNOWN;
    }

    /** The integers of {@code value} where some of them are open; the others are themselves. */
    Optional<Tensor> find(String value) {
        Tensor tensor = tensors.get(value);
        return tensor != null || around == null ? Optional.ofNullable(tensor) : around.find(value);
    }

    /** Notes that {@code value} holds {@code tensor} if some of its integers are open. */
    public boolean keep(String value, Tensor tensor) {
        if (!isSmall(tensor) || !holdsOpen(tensor)) {
            return false;
        }
        tensors.put(value, tensor);
        return true;
    }

    private static boolean isSmall(Tensor tensor) {
        return tensor.dataType() == DataType.INT64 && tensor.elementCount() <= MOST_ELEMENTS;
    }

    private boolean holdsOpen(Tensor tensor) {
        for (long size : tensor.toLongs()) {
            if (isOpen(size)) {
                return true;
            }
        }
        return false;
    }

    /** Whether a tensor of the model is small enough to follow and holds nothing like us. */
    boolean canFollow(Tensor tensor) {
        return isSmall(tensor) && !holdsOpen(tensor);
    }
}
