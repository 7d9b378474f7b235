package dev.espalier.quantize;

import dev.espalier.core.ir.Model;
import dev.espalier.core.simplify.FoldBatchNorm;

/** What happens to a float model before integers are placed: nothing that changes its results. */
final class Preparation {
    private Preparation() {}

    static Model prepare(Model model) {
        return GlobalPooling.rewrite(FoldBatchNorm.fold(Opset13.upgrade(model)));
    }
}
