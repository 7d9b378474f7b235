package dev.espalier.graft;

import dev.espalier.core.pass.Pass;
import dev.espalier.core.pass.PassCatalog;
import java.util.List;

/** The passes of this module. */
public final class GraftPasses implements PassCatalog {
    @Override
    public List<Class<? extends Pass>> passes() {
        return List.of(Graft.class, GraftCheckpoints.class);
    }
}
