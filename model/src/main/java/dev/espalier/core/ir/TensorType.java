package dev.espalier.core.ir;

/** Element type and shape of a value. The shape may be {@link Shape#UNRANKED} or partly open. */
public record TensorType(DataType dataType, Shape shape) {
    public TensorType withShape(Shape changed) {
        return new TensorType(dataType, changed);
    }

    @Override
    public String toString() {
        return dataType.name().toLowerCase(java.util.Locale.ROOT) + shape;
    }
}
