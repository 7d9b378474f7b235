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
     * What layers of {@code kind} are computed in after this pass; empty where it leaves that as it
     * was, such as a pass that only stores weights in fewer bits.
     */
    default Optional<Precision> computes(LayerKind kind) {
        return Optional.empty();
    }
}
