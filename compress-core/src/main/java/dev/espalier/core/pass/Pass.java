package dev.espalier.core.pass;

import dev.espalier.core.ir.Model;
import dev.espalier.core.profile.LayerKind;
import dev.espalier.core.profile.Precision;
import java.util.List;
import java.util.Optional;

/**
 * A change to a model: same inputs and outputs, a smaller, cheaper or better inside. An
 * implementation is a record whose components are its options, annotated with {@link Option}; the
 * type is annotated with {@link PassInfo} and {@link Withers} and listed by a {@link PassCatalog}.
 * It holds no state between runs and writes no files.
 */
public interface Pass {
    /**
     * Returns the changed model, or {@code model} itself when there was nothing to do. What was
     * refused is told to {@link PassContext#skipped}.
     */
    Model apply(Model model, PassContext context);

    /**
     * Returns the structure that {@link #apply} would give, without training, data or proofs;
     * weights and scales may be wrong. Notes say what would be touched.
     */
    default Model preview(Model model, PassContext context) {
        return apply(model, context);
    }

    /** Files of further models that {@link #apply} reads, as the recipe names them. */
    default List<String> models() {
        return List.of();
    }

    /**
     * This pass with other names for {@link #models}, in their order: the files as they were found.
     */
    default Pass withModels(List<String> files) {
        return this;
    }

    /** Whether {@link #apply} reads the recipe's data; such a pass is refused early without any. */
    default boolean needsData() {
        return false;
    }

    /**
     * Whether {@link #apply} may bring back what passes before it lost, as training does; their
     * losses are judged behind it.
     */
    default boolean recovers() {
        return false;
    }

    /**
     * Whether what {@link #apply} returns is made for the pass behind it alone, such as biases
     * shifted by what a rounding is going to err; its losses are judged there.
     */
    default boolean prepares() {
        return false;
    }

    /**
     * What else can be done where this pass loses more than a recipe's guard allows: from cheap to
     * dear, each on top of the best of those before it.
     */
    default List<Remedy> remedies() {
        return List.of();
    }

    /**
     * This pass without work that decides nothing about what a network answers, such as measuring
     * how long layers take: for trials, whose result is thrown away.
     */
    default Pass forTrial() {
        return this;
    }

    /**
     * What layers of {@code kind} are computed in after this pass; empty where it leaves that as it
     * was, such as a pass that only stores weights in fewer bits.
     */
    default Optional<Precision> computes(LayerKind kind) {
        return Optional.empty();
    }
}
