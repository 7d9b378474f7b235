package dev.espalier.core.analysis;

import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.ir.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The names of open sizes in the inputs of a model; equal names are equal sizes on every axis. */
final class InputSymbols {
    private InputSymbols() {}

    /**
     * The name of the batch: that of the first dimension of the first input whose first dimension
     * is open; empty where there is none or it has no name.
     */
    static Optional<String> batch(List<Value> feeds) {
        return feeds.stream()
                .flatMap(feed -> feed.type().stream())
                .map(TensorType::shape)
                .filter(shape -> shape.isRanked() && shape.rank() > 0 && !shape.dim(0).isFixed())
                .findFirst()
                .flatMap(shape -> name(shape.dim(0)));
    }

    /**
     * The sizes that follow from the batch and from the shapes that the user gave, by name. Where
     * two of those differ the first one counts.
     */
    static Map<String, Long> sizes(List<Value> feeds, InputShapes shapes) {
        Map<String, Long> sizes = new HashMap<>();
        for (Value feed : feeds) {
            Shape given = shapes.byInput().get(feed.name());
            Shape declared = feed.type().map(TensorType::shape).orElse(Shape.UNRANKED);
            if (given == null || !declared.isRanked() || declared.rank() != given.rank()) {
                continue;
            }
            for (int axis = 0; axis < given.rank(); axis++) {
                Dim dim = given.dim(axis);
                if (dim.isFixed()) {
                    name(declared.dim(axis)).ifPresent(n -> sizes.putIfAbsent(n, dim.size()));
                }
            }
        }
        if (shapes.batch() > 0) {
            batch(feeds).ifPresent(name -> sizes.put(name, shapes.batch()));
        }
        return sizes;
    }

    /** The shape with the sizes of its open dimensions where their names have any. */
    static Shape bound(Shape shape, Map<String, Long> sizes) {
        if (!shape.isRanked()) {
            return shape;
        }
        List<Dim> dims = new ArrayList<>();
        for (Dim dim : shape.dims()) {
            dims.add(name(dim).map(sizes::get).map(Dim::of).orElse(dim));
        }
        return Shape.of(dims);
    }

    /**
     * A shape that the user gave for one size of the batch, at another.
     *
     * @param declared what the file says of the same input
     * @param name of the batch
     */
    static Shape follow(Shape given, Shape declared, Optional<String> name, long batch) {
        Shape followed = given;
        if (batch > 0 && declared.isRanked() && declared.rank() == given.rank()) {
            for (int axis = 0; axis < given.rank(); axis++) {
                if (name.isPresent() && name.equals(name(declared.dim(axis)))) {
                    followed = followed.with(axis, Dim.of(batch));
                }
            }
        }
        return followed;
    }

    private static Optional<String> name(Dim dim) {
        return dim instanceof Dim.Symbolic symbol ? Optional.of(symbol.name()) : Optional.empty();
    }
}
