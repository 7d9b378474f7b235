package dev.espalier.core.upgrade;

import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.analysis.ShapeInference;
import dev.espalier.core.ir.Function;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.GraphEditor;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Brings models to a newer operator set: of 7 to 12 to 13, in which DequantizeLinear takes a scale
 * for each channel, and of 13 to 20 to 21, the first with integers of 4 bits. Operators whose
 * meaning changed in between are rewritten, in sub-graphs too; a model with one that is not known
 * to be safe is refused.
 */
public final class OpsetUpgrade {
    private static final long OLDEST = 7;
    private static final long PER_CHANNEL = 13;
    private static final long FOUR_BITS = 21;

    /** The file formats that go with the operator sets. */
    private static final Map<Long, Long> IR_VERSIONS = Map.of(PER_CHANNEL, 7L, FOUR_BITS, 10L);

    /**
     * A model of a newer operator set.
     *
     * @param rewritten how many nodes of each operator are written otherwise
     */
    record Upgraded(Model model, Map<String, Integer> rewritten) {
        Upgraded {
            rewritten = Map.copyOf(rewritten);
        }
    }

    private final Model model;
    private final long target;
    private final Rewriting rewriting;
    private final Map<String, Integer> rewritten = new TreeMap<>();

    private OpsetUpgrade(Model model, long target) {
        this.model = model;
        this.target = target;
        this.rewriting = target == PER_CHANNEL ? new To13() : new To21();
    }

    /**
     * For scales along channels.
     *
     * @return {@code model} itself where it is of operator set 13 or newer
     * @throws UnsupportedModelException where an operator's rewriting is not known, or for operator
     *     sets before 7
     */
    public static Model toPerChannel(Model model) {
        return to(PER_CHANNEL, model).model();
    }

    /** {@link #toPerChannel}, and what it took. */
    static Upgraded counted(Model model) {
        return to(PER_CHANNEL, model);
    }

    /**
     * For integers of 4 bits.
     *
     * @param model of operator set 13 or newer
     * @return {@code model} itself where it is of operator set 21 or newer
     * @throws UnsupportedModelException where an operator's rewriting is not known
     */
    public static Model toFourBits(Model model) {
        return to(FOUR_BITS, model).model();
    }

    private static Upgraded to(long target, Model model) {
        return model.opset() >= target
                ? new Upgraded(model, Map.of())
                : new OpsetUpgrade(model, target).run();
    }

    private Upgraded run() {
        try {
            if (model.opset() < (target == PER_CHANNEL ? OLDEST : PER_CHANNEL)) {
                throw new NotKnown(
                        "what operators mean before set %s is not known"
                                .formatted(target == PER_CHANNEL ? OLDEST : PER_CHANNEL));
            }
            // Fresh names are fresh in all graphs: ONNX lets no graph hide a name around it.
            GraphEditor names = new GraphEditor(model.graph());
            Graph graph =
                    new GraphUpgrade(
                                    model.graph(),
                                    ShapeInference.of(model),
                                    model.opset(),
                                    rewriting,
                                    names::freshName,
                                    rewritten)
                            .run();
            Model moved =
                    model.withGraph(graph)
                            .withFunctions(functions())
                            .withOpset(standard(model.opsets()), target)
                            .withIrVersion(Math.max(model.irVersion(), IR_VERSIONS.get(target)));
            return new Upgraded(moved, rewritten);
        } catch (NotKnown e) {
            throw new UnsupportedModelException(
                    ("the model is of ONNX's operator set %s and cannot be brought to %s: %s; convert"
                                    + " the file with onnx.version_converter, or export it again with"
                                    + " opset %s")
                            .formatted(model.opset(), target, e.getMessage(), target));
        }
    }

    private static String standard(Map<String, Long> opsets) {
        return opsets.containsKey("ai.onnx") && !opsets.containsKey("") ? "ai.onnx" : "";
    }

    /** Runtimes inline functions and then read them in the model's operator set, so all move. */
    private Map<Function.Id, Function> functions() {
        Map<Function.Id, Function> moved = new LinkedHashMap<>();
        for (Function function : model.functions().values()) {
            for (Graph graph : function.graphs()) {
                for (Node node : graph.nodes()) {
                    if (node.isStandard() && !rewriting.keeps(node, model.opset())) {
                        throw new NotKnown(
                                "%s in function '%s' may have to be written otherwise"
                                        .formatted(node.label(), function.id()));
                    }
                }
            }
            String domain = standard(function.opsets());
            boolean isOld = function.opsets().getOrDefault(domain, target) < target;
            moved.put(function.id(), isOld ? function.withOpset(domain, target) : function);
        }
        return moved;
    }
}
