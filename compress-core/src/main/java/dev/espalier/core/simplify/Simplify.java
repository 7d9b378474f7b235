package dev.espalier.core.simplify;

import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.ir.GraphEditor;
import dev.espalier.core.ir.Model;
import dev.espalier.core.pass.Pass;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.PassInfo;
import dev.espalier.core.pass.Proof;
import java.util.HashSet;
import java.util.Set;

/**
 * Computes what depends on constants alone, removes nodes that change nothing (Identity, Dropout,
 * empty Pad and the like) and what no output needs, and gives Reshape a constant shape where the
 * arithmetic before it can only yield one. Exports compute amounts of padding and shapes with
 * dozens of Shape, Gather and Concat nodes; afterwards other passes see plain constants.
 *
 * <pre>
 *   s = Shape(x); c = Gather(s, 1); p = Concat(.., c, ..); y = Pad(x, p)
 *   y = Pad(x, p)                                              p: int64[8] = [0,0,..]
 * </pre>
 *
 * <p>A constant result of more than 64 KiB replaces its node only where it is no larger than the
 * constants that go with the node. QuantizeLinear and DequantizeLinear stay: they tell a runtime to
 * compute in integers. So does the Cast of weights that are stored in 16 bits or fewer: the file
 * would grow. Nodes that draw random numbers stay. The branch that an If always takes, and the body
 * of each function that is called, come into the main graph; other sub-graphs stay as they are, and
 * so do functions that the runtime may compute in its own way. Initializers that a file also lists
 * as graph inputs, as all files before IR version 4 do, become plain constants, since a runtime may
 * not optimize what a caller could replace.
 *
 * <p>Refuses models of operator sets before 9, which {@code upgrade-opset} is for, and after 26.
 */
@PassInfo(
        id = "simplify",
        summary =
                "Computes constants and removes nodes that do nothing or that no output needs;"
                        + " runs first in every recipe.")
public record Simplify() implements Pass {
    private static final long OLDEST_OPSET = 9;
    private static final long NEWEST_OPSET = 26;

    /** The first IR version in which an initializer need not be a graph input. */
    private static final long IR_WITH_PLAIN_INITIALIZERS = 4;

    /** Networks have a dozen computed shapes in a row; a hostile file may have any number. */
    private static final int MOST_ROUNDS = 200;

    @Override
    public Model apply(Model model, PassContext context) {
        return Proof.noted(model, preview(model, context), context);
    }

    @Override
    public Model preview(Model model, PassContext context) {
        requireKnownOpset(model);
        ChangeCounts tally = new ChangeCounts();
        Model result = closeInputs(model, tally);
        result = InnerGraphs.inlined(result, tally);
        result = constants(result, tally);
        result = InnerGraphs.inlined(result, tally);
        result = NoOps.apply(result, tally, context::skipped);
        result = removeUnused(model, result, tally);
        if (result == model) {
            return model;
        }
        context.note(tally.toString());
        return result.withIrVersion(Math.max(result.irVersion(), IR_WITH_PLAIN_INITIALIZERS));
    }

    /** Operators mean other things in older sets, and nobody knows what they mean in newer ones. */
    private static void requireKnownOpset(Model model) {
        boolean standard = model.opsets().containsKey("") || model.opsets().containsKey("ai.onnx");
        if (standard && (model.opset() < OLDEST_OPSET || model.opset() > NEWEST_OPSET)) {
            throw new UnsupportedModelException(
                    ("the model uses version %s of ONNX's operator set; versions %s to %s are known;"
                                    + " the pass upgrade-opset brings versions 7 to 12 to 13, and"
                                    + " onnx.version_converter converts others")
                            .formatted(model.opset(), OLDEST_OPSET, NEWEST_OPSET));
        }
    }

    private static Model constants(Model model, ChangeCounts tally) {
        Model result = ConstantFolding.apply(model, tally);
        Model shaped = result;
        // A shape made constant tells the shapes behind it, which may make more constant.
        for (int round = 0; round < MOST_ROUNDS; round++) {
            Model before = shaped;
            shaped = ReshapeTargets.apply(shaped, tally);
            if (shaped == before) {
                break;
            }
        }
        return shaped == result ? result : ConstantFolding.apply(shaped, tally);
    }

    private static Model closeInputs(Model model, ChangeCounts tally) {
        int open = model.graph().inputs().size() - model.graph().feeds().size();
        if (open == 0) {
            return model;
        }
        tally.add("made %s initializers constant that were also listed as inputs", open);
        return model.withGraph(new GraphEditor(model.graph()).closeInputs().build());
    }

    private static Model removeUnused(Model original, Model model, ChangeCounts tally) {
        Model result = model.withGraph(new GraphEditor(model.graph()).removeUnused().build());
        int nodes = model.graph().nodes().size() - result.graph().nodes().size();
        if (nodes == 0
                && model.graph().initializers().size() == result.graph().initializers().size()) {
            return model;
        }
        tally.add("removed %s nodes that no output needs", nodes);
        Set<String> constants = new HashSet<>(original.graph().initializers().keySet());
        constants.removeAll(result.graph().initializers().keySet());
        tally.add("removed %s constants that no output needs", constants.size());
        return result;
    }
}
