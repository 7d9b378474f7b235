package dev.espalier.core.upgrade;

import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.ir.Model;
import dev.espalier.core.pass.Pass;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.PassInfo;
import dev.espalier.core.pass.Proof;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Brings a model of operator sets 7 to 12 to 13: whoever has a published file, and not the program
 * that made it, cannot export it again. Operators whose inputs, attributes or meaning changed in
 * between are written as operator set 13 has them, in sub-graphs too; the outputs are proved to be
 * the same.
 *
 * <pre>
 *   opset 8                              opset 13
 *   y = Upsample(x) {scales=[1,1,2,2]}   s: float[4] = [1,1,2,2]
 *                                        y = Resize(x, "", s) {mode="nearest", ..}
 * </pre>
 *
 * <p>A model of operator set 13 or newer stays as it is. So does one of 9 to 12 in which an
 * operator cannot be rewritten; the report says which. Older ones with such an operator are
 * refused, as are those before 7: no pass knows what their operators mean.
 */
@PassInfo(
        id = "upgrade-opset",
        summary =
                "Brings models of ONNX's operator sets 7 to 12 to 13, with the same results; runs"
                        + " first where they are.")
public record UpgradeOpset() implements Pass {
    /** The oldest set that the operators behind are described for. */
    private static final long OLDEST_DESCRIBED = 9;

    @Override
    public Model apply(Model model, PassContext context) {
        return Proof.noted(model, preview(model, context), context);
    }

    @Override
    public Model preview(Model model, PassContext context) {
        boolean standard = model.opsets().containsKey("") || model.opsets().containsKey("ai.onnx");
        if (!standard) {
            return model;
        }
        OpsetUpgrade.Upgraded upgraded;
        try {
            upgraded = OpsetUpgrade.counted(model);
        } catch (UnsupportedModelException e) {
            if (model.opset() < OLDEST_DESCRIBED) {
                throw e;
            }
            context.skipped("operator set " + model.opset(), e.getMessage());
            return model;
        }
        if (upgraded.model() != model) {
            context.note(note(model.opset(), upgraded));
        }
        return upgraded.model();
    }

    private static String note(long from, OpsetUpgrade.Upgraded upgraded) {
        String rewritten =
                new TreeMap<>(upgraded.rewritten())
                        .entrySet().stream()
                                .map(entry -> entry.getValue() + " " + entry.getKey())
                                .collect(Collectors.joining(", "));
        return "brought from operator set %s to %s, %s"
                .formatted(
                        from,
                        upgraded.model().opset(),
                        rewritten.isEmpty()
                                ? "in which no operator of it changed"
                                : "in which these are written otherwise: " + rewritten);
    }
}
