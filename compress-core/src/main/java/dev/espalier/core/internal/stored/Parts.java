package dev.espalier.core.internal.stored;

import java.util.List;
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
        int classes) {
    /** The same examples as {@code inputs} take them. */
    public Parts cast(List<ModelInput> inputs) {
        return new Parts(
                CastSource.of(training, inputs),
                validation.map(source -> CastSource.of(source, inputs)),
                test.map(source -> CastSource.of(source, inputs)),
                classes);
    }
}
