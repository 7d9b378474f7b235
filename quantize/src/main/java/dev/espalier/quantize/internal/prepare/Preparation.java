package dev.espalier.quantize.internal.prepare;

import dev.espalier.core.ir.Model;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.simplify.FoldBatchNorm;
import dev.espalier.core.upgrade.OpsetUpgrade;
import java.util.Set;

/** What happens to a float model before integers are placed: nothing that changes its results. */
public final class Preparation {
    private Preparation() {}

    /**
     * @param excluded names of nodes that stay float
     * @param context is told about rewritten shortcuts and group convolutions
     */
    public static Model prepare(Model model, Set<String> excluded, PassContext context) {
        Model floats = DequantizedWeights.rewrite(OpsetUpgrade.toPerChannel(model));
        Model folded = FoldBatchNorm.fold(floats);
        Model dense = DenseGroups.rewrite(folded, excluded, context);
        return BiasSecond.rewrite(
                ShortcutConv.rewrite(GlobalPooling.rewrite(dense), excluded, context));
    }
}
