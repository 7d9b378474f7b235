package dev.espalier.core.simplify;

import dev.espalier.core.analysis.ShapeInference;
import dev.espalier.core.ir.Function;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.GraphEditor;
import dev.espalier.core.ir.InnerGraph;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.op.Operators;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.Operator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Puts into the main graph what is known to run once: the body of a function in the place of each
 * call, and the branch that an If takes. What stays is a call of a function that the runtime may
 * compute in its own way, or whose body is written in other operator sets.
 */
final class InnerGraphs {
    /** Domains whose operators a runtime has, whatever a file says that they do. */
    private static final Set<String> OF_RUNTIMES =
            Set.of("", "ai.onnx", "ai.onnx.ml", "com.microsoft");

    /** The reader bounds what calls stand for; branches in branches end, too. */
    private static final int MOST_ROUNDS = 100;

    private InnerGraphs() {}

    static Model inlined(Model model, ChangeCounts tally) {
        Model result = model;
        for (int round = 0; round < MOST_ROUNDS; round++) {
            Model before = result;
            result = calls(result, tally);
            result = branches(result, tally);
            if (result == before) {
                break;
            }
        }
        return result == model ? model : withoutUncalled(result, tally);
    }

    private static Model calls(Model model, ChangeCounts tally) {
        if (model.functions().isEmpty()) {
            return model;
        }
        Map<String, Long> opsets = new LinkedHashMap<>(model.opsets());
        Map<Node, InnerGraph> bodies = new LinkedHashMap<>();
        for (Node node : model.graph().nodes()) {
            Optional<InnerGraph> body = body(model, node);
            if (body.isPresent() && fits(body.get().function().orElseThrow(), model, opsets)) {
                bodies.put(node, body.get());
            }
        }
        if (bodies.isEmpty()) {
            return model;
        }
        tally.add("put the bodies of functions into the place of %s calls", bodies.size());
        Model result = inlined(model, bodies);
        for (Map.Entry<String, Long> opset : opsets.entrySet()) {
            result = result.withOpset(opset.getKey(), opset.getValue());
        }
        return result;
    }

    private static Optional<InnerGraph> body(Model model, Node node) {
        if (OF_RUNTIMES.contains(node.domain()) || Operators.of(node).isPresent()) {
            return Optional.empty();
        }
        return InnerGraph.of(model, node).stream()
                .filter(inside -> inside.function().isPresent() && hasAll(inside.graph(), node))
                .findFirst();
    }

    private static boolean hasAll(Graph body, Node call) {
        return call.inputs().size() <= body.inputs().size()
                && call.outputs().size() <= body.outputs().size();
    }

    /** Whether the body means the same in the model, whose operator sets may become more. */
    private static boolean fits(Function function, Model model, Map<String, Long> opsets) {
        for (Map.Entry<String, Long> opset : function.opsets().entrySet()) {
            String domain = opset.getKey();
            boolean isStandard = domain.isEmpty() || domain.equals("ai.onnx");
            long own = isStandard ? model.opset() : opsets.getOrDefault(domain, opset.getValue());
            if (own != opset.getValue()) {
                return false;
            }
        }
        function.opsets()
                .forEach(
                        (domain, version) -> {
                            if (!domain.isEmpty() && !domain.equals("ai.onnx")) {
                                opsets.putIfAbsent(domain, version);
                            }
                        });
        return true;
    }

    private static Model branches(Model model, ChangeCounts tally) {
        if (model.graph().nodes().stream().noneMatch(InnerGraphs::chooses)) {
            return model;
        }
        ShapeInference types = ShapeInference.of(model);
        Map<Node, InnerGraph> branches = new LinkedHashMap<>();
        for (Node node : model.graph().nodes()) {
            if (chooses(node)) {
                taken(model, types.call(node)).ifPresent(branch -> branches.put(node, branch));
            }
        }
        if (branches.isEmpty()) {
            return model;
        }
        tally.add("put the branches that are taken into the place of %s If nodes", branches.size());
        return inlined(model, branches);
    }

    private static Model inlined(Model model, Map<Node, InnerGraph> inside) {
        return model.withGraph(new GraphEditor(model.graph()).inline(inside).build());
    }

    private static boolean chooses(Node node) {
        return Operators.of(node).filter(Operator::runsOneBody).isPresent();
    }

    /** The branch that runs; empty where that is known at run time only. */
    private static Optional<InnerGraph> taken(Model model, Call call) {
        Operator operator = Operators.of(call.node()).orElseThrow();
        List<InnerGraph> running =
                InnerGraph.of(model, call.node()).stream()
                        .filter(inside -> operator.runs(call, inside.place()).orElse(1) > 0)
                        .toList();
        return running.size() == 1 ? Optional.of(running.get(0)) : Optional.empty();
    }

    private static Model withoutUncalled(Model model, ChangeCounts tally) {
        Set<Function.Id> called = new HashSet<>();
        call(model, model.graph(), called);
        Map<Function.Id, Function> kept = new LinkedHashMap<>(model.functions());
        kept.keySet().retainAll(called);
        if (kept.size() == model.functions().size()) {
            return model;
        }
        tally.add(
                "removed %s functions that nothing calls any more",
                model.functions().size() - kept.size());
        return model.withFunctions(kept);
    }

    private static void call(Model model, Graph graph, Set<Function.Id> called) {
        for (Graph each : graph.withSubGraphs()) {
            for (Node node : each.nodes()) {
                Function callee = model.functions().get(Function.Id.of(node));
                if (callee != null && called.add(callee.id())) {
                    callee.graphs().forEach(inner -> call(model, inner, called));
                }
            }
        }
    }
}
