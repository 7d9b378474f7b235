package dev.espalier.core.ir;

/** A constant of a graph, mostly a weight: ONNX's {@code initializer}. */
public record Initializer(String name, Tensor tensor, Opaque extras) {
    public static Initializer of(String name, Tensor tensor) {
        return new Initializer(name, tensor, Opaque.NONE);
    }

    public Initializer withTensor(Tensor changed) {
        return new Initializer(name, changed, extras);
    }
}
