package dev.espalier.core.upgrade;

import dev.espalier.core.pass.Pass;
import dev.espalier.core.pass.PassCatalog;
import java.util.List;

/** The passes of this package. */
public final class UpgradePasses implements PassCatalog {
    @Override
    public List<Class<? extends Pass>> passes() {
        return List.of(UpgradeOpset.class);
    }
}
