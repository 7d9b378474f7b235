package dev.espalier.core.internal.stored;

import java.util.Optional;

/**
 * A dataset as it is stored, before it is split.
 *
 * @param training all that is stored for training; where {@code test} is absent, all there is
 * @param classes 0 where the examples have no labels
 */
public record Parts(
        ExampleSource training,
        Optional<ExampleSource> validation,
        Optional<ExampleSource> test,
        int classes) {}
