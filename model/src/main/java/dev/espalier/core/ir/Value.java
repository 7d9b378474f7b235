package dev.espalier.core.ir;

import java.util.Objects;
import java.util.Optional;

/**
 * A declared name in a graph: an input, an output or an annotated intermediate value.
 *
 * @param name unique in its graph
 * @param tensorType null where the file declares no type or one that is not a tensor
 * @param extras the rest of the file's declaration, a type that is not a tensor included
 */
public record Value(String name, TensorType tensorType, Opaque extras) {
    public Value {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(extras, "extras");
    }

    public static Value of(String name, TensorType type) {
        return new Value(name, type, Opaque.NONE);
    }

    /** The declared tensor type; empty where none is declared or the value is not a tensor. */
    public Optional<TensorType> type() {
        return Optional.ofNullable(tensorType);
    }

    public Value withType(TensorType changed) {
        return new Value(name, changed, extras);
    }
}
