package dev.espalier.prune;

import dev.espalier.core.pass.Pass;
import dev.espalier.core.pass.PassCatalog;
import java.util.List;

/** The passes of this module. */
public final class PrunePasses implements PassCatalog {
    @Override
    public List<Class<? extends Pass>> passes() {
        return List.of(Prune.class, PruneBlocks.class);
    }
}
