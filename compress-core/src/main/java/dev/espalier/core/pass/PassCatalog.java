package dev.espalier.core.pass;

import java.util.List;

/**
 * What a module offers; found by {@link java.util.ServiceLoader}. Adding a pass adds one line here.
 */
public interface PassCatalog {
    /** Record types annotated with {@link PassInfo}. */
    List<Class<? extends Pass>> passes();
}
