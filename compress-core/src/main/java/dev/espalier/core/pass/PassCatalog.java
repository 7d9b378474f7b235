package dev.espalier.core.pass;

import dev.espalier.core.profile.ProfileQuestion;
import java.util.List;

/**
 * What a module offers; found by {@link java.util.ServiceLoader}. Adding a pass adds one line here.
 */
public interface PassCatalog {
    /** Record types annotated with {@link PassInfo}. */
    List<Class<? extends Pass>> passes();

    /**
     * What these passes ask of a machine besides the times of layers, whatever the model; a profile
     * answers it.
     */
    default List<ProfileQuestion> questions() {
        return List.of();
    }
}
