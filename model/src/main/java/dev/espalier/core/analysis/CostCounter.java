package dev.espalier.core.analysis;

import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.InnerGraph;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Opaque;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.Value;
import dev.espalier.core.op.Operators;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.Operator;
import dev.espalier.core.op.spec.Trait;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.ToLongFunction;

/** Counts the nodes of one graph, and of those inside its nodes. */
final class CostCounter {
    static final String MACS = "multiply-accumulates";

    private final Graph graph;
    private final ShapeInference types;

    /** Of the graph around this one and the call that leads here; null for the main graph. */
    private final CostCounter around;

    private final Node holder;
    private final String place;

    /** What a tensor counts is counted once, by the tensor or by the name of what is computed. */
    private final Set<Tensor> counted;

    private final Set<String> countedNames = new HashSet<>();
    private final List<String> uncounted;

    CostCounter(ShapeInference types) {
        this.graph = types.graph();
        this.types = types;
        this.around = null;
        this.holder = null;
        this.place = "";
        this.counted = Collections.newSetFromMap(new IdentityHashMap<>());
        this.uncounted = new ArrayList<>();
    }

    private CostCounter(CostCounter around, Node holder, String place, ShapeInference inside) {
        this.graph = inside.graph();
        this.types = inside;
        this.around = around;
        this.holder = holder;
        this.place = place;
        this.counted = around.counted;
        this.uncounted = around.uncounted;
    }

    /** Labels of what could not be counted, with the reason. */
    List<String> uncounted() {
        return uncounted;
    }

    List<NodeCost> count() {
        List<NodeCost> nodes = new ArrayList<>();
        graph.nodes().forEach(node -> nodes.add(cost(node)));
        return nodes;
    }

    private NodeCost cost(Node node) {
        Call call = types.call(node);
        Optional<Operator> operator = Operators.of(node);
        return OperatorRule.ask(
                node,
                () -> {
                    long parameters =
                            operator.map(known -> described(call, known))
                                    .orElseGet(() -> undescribed(call));
                    long macs = operator.map(known -> macs(call, known)).orElse(0L);
                    List<NodeCost.Inside> inside = inside(call, operator);
                    if (operator.isEmpty() && inside.isEmpty()) {
                        noteForeign(node, parameters);
                    }
                    boolean oneRuns = operator.filter(Operator::runsOneBody).isPresent();
                    return new NodeCost(
                            node.name().isEmpty() ? node.output(0) : node.name(),
                            node.opType(),
                            sum(parameters, parameters(inside), "parameters"),
                            sum(macs, macs(inside, oneRuns), MACS),
                            values(node.inputs()),
                            values(node.outputs()),
                            inside);
                });
    }

    private long macs(Call call, Operator operator) {
        try {
            return operator.macs(call);
        } catch (IllegalStateException | NoSuchElementException e) {
            note(call.node(), "the shapes of what it multiplies are not known");
            return 0;
        }
    }

    /** An operator of which nothing but its weights is known may multiply by them. */
    private void noteForeign(Node node, long parameters) {
        if (parameters > 0) {
            note(node, "nobody described its operator");
        } else if (!node.attributes().graphs().isEmpty()) {
            note(node, "nobody knows when it runs the graphs inside it");
        }
    }

    private void note(Node node, String why) {
        StringBuilder text = new StringBuilder(node.label());
        for (CostCounter inner = this; inner.holder != null; inner = inner.around) {
            text.append(" in ").append(inner.place);
        }
        uncounted.add(text.append(": ").append(why).toString());
    }

    private List<NodeCost.Inside> inside(Call call, Optional<Operator> operator) {
        List<NodeCost.Inside> found = new ArrayList<>();
        Node node = call.node();
        for (Map.Entry<String, ShapeInference> entry : types.inner(node).entrySet()) {
            String attribute = entry.getKey();
            boolean isBody = node.attributes().has(attribute);
            String where = isBody ? attribute + " of " + node.label() : node.label();
            OptionalLong runs =
                    operator.map(known -> known.runs(call, attribute)).orElse(OptionalLong.of(1));
            if (runs.isEmpty()) {
                note(node, "how often it runs is known at run time only; counted once");
            }
            found.add(
                    new NodeCost.Inside(
                            attribute,
                            runs.orElse(1),
                            new CostCounter(this, node, where, entry.getValue()).count()));
        }
        types.unseen(node).stream()
                .filter(graph -> mayRun(graph, call, operator) && multiplies(graph.graph()))
                .forEach(graph -> note(node, "nobody could look into " + graph.place()));
        return found;
    }

    /** A function whose operator is described counts by that; what runs never costs nothing. */
    private static boolean mayRun(InnerGraph graph, Call call, Optional<Operator> operator) {
        return graph.function().isPresent()
                ? operator.isEmpty()
                : operator.isPresent() && operator.get().runs(call, graph.place()).orElse(1) > 0;
    }

    /** Whether there may be layers; what nobody described may be one. */
    private static boolean multiplies(Graph graph) {
        return graph.withSubGraphs().stream()
                .flatMap(each -> each.nodes().stream())
                .anyMatch(
                        node ->
                                Operators.of(node).isEmpty()
                                        || Operators.weights(node).isPresent()
                                        || Operators.has(node, Trait.MATRIX_PRODUCT));
    }

    private static long parameters(List<NodeCost.Inside> inside) {
        long all = 0;
        for (NodeCost.Inside graph : inside) {
            all = sum(all, total(graph.nodes(), NodeCost::parameters, "parameters"), "parameters");
        }
        return all;
    }

    private static long macs(List<NodeCost.Inside> inside, boolean oneRuns) {
        long all = 0;
        for (NodeCost.Inside graph : inside) {
            long once = total(graph.nodes(), NodeCost::macs, MACS);
            long macs = counted(() -> Math.multiplyExact(once, graph.runs()), MACS);
            all = oneRuns ? Math.max(all, macs) : sum(all, macs, MACS);
        }
        return all;
    }

    private List<Value> values(List<String> names) {
        return names.stream()
                .filter(name -> !name.isEmpty())
                .map(name -> new Value(name, types.type(name).orElse(null), Opaque.NONE))
                .toList();
    }

    private long described(Call call, Operator operator) {
        long parameters = 0;
        for (int input : operator.parameters(call)) {
            List<Tensor> stored = stored(call.node().input(input));
            for (Tensor tensor : stored) {
                long count = operator.parameterCount(call, input, tensor);
                parameters = Math.addExact(parameters, counted.add(tensor) ? count : 0);
            }
            if (stored.isEmpty() && call.constant(input).isPresent()) {
                parameters += once(call, input);
            }
        }
        return parameters;
    }

    /** What the file stores for a value of this graph, be it of this one or of one around it. */
    private List<Tensor> stored(String value) {
        List<Tensor> own =
                StoredWeights.behind(graph, value).stream()
                        .map(name -> graph.constant(name).orElseThrow())
                        .toList();
        if (!own.isEmpty() || around == null || graph.producer(value).isPresent()) {
            return own;
        }
        List<String> inputs = graph.inputs().stream().map(Value::name).toList();
        int input = inputs.indexOf(value);
        if (input < 0) {
            return around.stored(value);
        }
        boolean isCall = holder.attributes().graphs().isEmpty();
        return isCall && !holder.input(input).isEmpty()
                ? around.stored(holder.input(input))
                : List.of();
    }

    private long undescribed(Call call) {
        long parameters = 0;
        for (int input = 0; input < call.node().inputs().size(); input++) {
            Optional<Tensor> constant = call.constant(input);
            boolean isWeight =
                    constant.isPresent()
                            && constant.get().dataType().isFloating()
                            && constant.get().elementCount() > 1;
            // A function's weights are counted where its body reads them.
            if (isWeight && types.inner(call.node()).isEmpty()) {
                List<Tensor> stored = stored(call.node().input(input));
                parameters +=
                        stored.isEmpty()
                                ? once(call, input)
                                : stored.stream()
                                        .filter(counted::add)
                                        .mapToLong(Tensor::elementCount)
                                        .sum();
            }
        }
        return parameters;
    }

    /** Of what is computed from constants in ways that are not followed. */
    private long once(Call call, int input) {
        Tensor tensor = call.constant(input).orElseThrow();
        return countedNames.add(call.node().input(input)) ? tensor.elementCount() : 0;
    }

    static long total(List<NodeCost> nodes, ToLongFunction<NodeCost> of, String what) {
        long total = 0;
        for (NodeCost node : nodes) {
            total = sum(total, of.applyAsLong(node), what);
        }
        return total;
    }

    static long sum(long a, long b, String what) {
        return counted(() -> Math.addExact(a, b), what);
    }

    private static long counted(java.util.function.LongSupplier exact, String what) {
        try {
            return exact.getAsLong();
        } catch (ArithmeticException e) {
            throw new UnsupportedModelException(
                    "the model has more %s than can be counted; the sizes that it declares cannot be meant"
                            .formatted(what),
                    e);
        }
    }
}
