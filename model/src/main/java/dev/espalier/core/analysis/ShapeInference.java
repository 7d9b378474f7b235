package dev.espalier.core.analysis;

import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.InnerGraph;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.ir.Value;
import dev.espalier.core.op.Operators;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.OpenSizes;
import dev.espalier.core.op.spec.Operator;
import dev.espalier.core.op.spec.Trait;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The type of every value of a graph, from the operators' shape rules and, where no rule tells,
 * from what a run showed; and the content of those that are constant. Of a model that is its main
 * graph; {@link #inner} has the same of the graphs inside nodes. A value that nothing tells of has
 * no type here even where the file declares one, since a file's annotations are often stale.
 */
public final class ShapeInference {
    private final Model model;
    private final long opset;
    private final Graph graph;

    /** Of the graph around this one, whose values this one may read; null where there is none. */
    private final ShapeInference around;

    private final InferenceBudget budget;
    private final OpenSizes open;
    private final Map<String, TensorType> observed;
    private final Map<String, TensorType> types = new HashMap<>();
    private final Map<String, Tensor> constants = new HashMap<>();
    private final Map<Node, Map<String, ShapeInference>> inner = new IdentityHashMap<>();

    private ShapeInference(Model model, Map<String, TensorType> observed) {
        this.model = model;
        this.opset = model.opset();
        this.graph = model.graph();
        this.around = null;
        this.budget = new InferenceBudget();
        this.open = new OpenSizes(this::type);
        this.observed = observed;
    }

    private ShapeInference(ShapeInference outer, InnerGraph inside, boolean seesAround) {
        this.model = outer.model;
        this.opset = inside.function().map(f -> Model.opset(f.opsets())).orElse(outer.opset);
        this.graph = inside.graph();
        this.around = seesAround ? outer : null;
        this.budget = outer.budget;
        this.open = outer.open.inside(this::type, seesAround);
        this.observed = Map.of();
    }

    /**
     * Types with the free dimensions of the inputs left open, as the file declares them.
     *
     * @throws dev.espalier.core.UnsupportedModelException where a node's inputs do not fit its
     *     operator
     */
    public static ShapeInference of(Model model) {
        Map<String, TensorType> inputs = new LinkedHashMap<>();
        for (Value input : model.graph().feeds()) {
            input.type().ifPresent(type -> inputs.put(input.name(), type));
        }
        return new ShapeInference(model, Map.of()).run(inputs);
    }

    /**
     * Types with the free dimensions of the inputs bound to the sizes in {@code shapes}, and what
     * {@link InputShapes#observed} tells of values whose shape no rule tells.
     *
     * @throws dev.espalier.core.UnsupportedModelException where a node's inputs do not fit its
     *     operator
     */
    public static ShapeInference of(Model model, InputShapes shapes) {
        Map<String, TensorType> inputs = new LinkedHashMap<>();
        for (Value input : model.graph().feeds()) {
            inputs.put(input.name(), shapes.bind(model.graph().feeds(), input));
        }
        return of(model, inputs, shapes.observed());
    }

    /**
     * Types with inputs of these types; what is open in them stays open.
     *
     * @param inputs by name; an input that is not there has no type
     * @param observation tells what no rule tells, if all inputs have fixed shapes
     * @throws dev.espalier.core.UnsupportedModelException where a node's inputs do not fit its
     *     operator
     */
    public static ShapeInference of(
            Model model, Map<String, TensorType> inputs, ObservedTypes observation) {
        ShapeInference byRules = new ShapeInference(model, Map.of()).run(inputs);
        Set<String> untold = byRules.untold();
        if (untold.isEmpty() || observation == ObservedTypes.NONE) {
            return byRules;
        }
        Map<String, TensorType> seen = observation.of(model, inputs, untold);
        return seen.isEmpty() ? byRules : new ShapeInference(model, seen).run(inputs);
    }

    /** The values that nodes make and of which no fixed shape is known. */
    private Set<String> untold() {
        Set<String> untold = new LinkedHashSet<>();
        for (Node node : graph.nodes()) {
            for (String output : node.outputs()) {
                Shape shape = shape(output);
                if (!output.isEmpty() && !(shape.isRanked() && shape.isFixed())) {
                    untold.add(output);
                }
            }
        }
        return untold;
    }

    private ShapeInference run(Map<String, TensorType> inputs) {
        graph.initializers()
                .forEach(
                        (name, initializer) -> {
                            types.put(name, initializer.tensor().type());
                            constants.put(name, initializer.tensor());
                            budget.allow(initializer.tensor().elementCount());
                        });
        types.putAll(inputs);
        graph.nodes().forEach(this::infer);
        return this;
    }

    private void infer(Node node) {
        Optional<Operator> operator = Operators.of(node);
        if (operator.isPresent()) {
            OperatorRule.ask(node, () -> infer(operator.get(), call(node)));
            return;
        }
        Optional<InnerGraph> body = calledBody(node);
        if (body.isPresent()) {
            inferCall(node, body.get());
            return;
        }
        node.attributes().graphs().forEach(this::checkInside);
        observe(node);
        inferDataType(node);
    }

    private Optional<InnerGraph> calledBody(Node node) {
        return InnerGraph.of(model, node).stream().filter(g -> g.function().isPresent()).findAny();
    }

    /** A function's body sees the call's inputs and nothing else. */
    private void inferCall(Node node, InnerGraph body) {
        requireArity(node, body.graph());
        if (!budget.mayLookInto(body.graph())) {
            observe(node);
            return;
        }
        ShapeInference inside = new ShapeInference(this, body, false);
        Map<String, TensorType> inputs = new LinkedHashMap<>();
        List<Value> declared = body.graph().inputs();
        for (int i = 0; i < declared.size(); i++) {
            String name = declared.get(i).name();
            String given = node.input(i);
            type(given).ifPresent(type -> inputs.put(name, type));
            constant(given).ifPresent(tensor -> inside.constants.put(name, tensor));
            inside.open.take(name, open, given);
        }
        inside.run(inputs);
        inner.put(node, Map.of(body.place(), inside));
        List<Value> made = body.graph().outputs();
        for (int i = 0; i < made.size() && !node.output(i).isEmpty(); i++) {
            String output = node.output(i);
            String value = made.get(i).name();
            inside.type(value).ifPresent(type -> types.put(output, type));
            inside.constant(value).ifPresent(tensor -> constants.put(output, tensor));
            open.take(output, inside.open, value);
        }
        observe(node);
    }

    private static void requireArity(Node node, Graph body) {
        if (node.inputs().size() > body.inputs().size()
                || node.outputs().size() > body.outputs().size()) {
            throw new UnsupportedModelException(
                    "%s has %s inputs and %s outputs, its function takes %s and gives %s"
                            .formatted(
                                    node.label(),
                                    node.inputs().size(),
                                    node.outputs().size(),
                                    body.inputs().size(),
                                    body.outputs().size()));
        }
    }

    /** What a run showed of the outputs whose shapes no rule tells. */
    private void observe(Node node) {
        for (String output : node.outputs()) {
            Shape shape = shape(output);
            if (observed.containsKey(output) && !(shape.isRanked() && shape.isFixed())) {
                types.put(output, observed.get(output));
            }
        }
    }

    /**
     * Of an operator that nobody described, but whose reals are all of one type, that much is
     * known; the shape is not.
     */
    private void inferDataType(Node node) {
        if (Operators.has(node, Trait.FLOAT16) && node.outputs().size() == 1) {
            type(node.input(0))
                    .ifPresent(
                            type ->
                                    types.putIfAbsent(
                                            node.output(0), type.withShape(Shape.UNRANKED)));
        }
    }

    /** The outputs' types. */
    private List<Optional<TensorType>> infer(Operator operator, Call call) {
        NodeCheck.of(operator, call);
        Node node = call.node();
        Call looking =
                call.withBodies(
                        (attribute, inputs) -> bodyTypes(operator, node, attribute, inputs));
        List<Optional<TensorType>> outputs = operator.types(looking);
        unseen(node).stream()
                .filter(inside -> inside.function().isEmpty())
                .forEach(inside -> checkInside(inside.graph()));
        for (int i = 0; i < outputs.size() && i < node.outputs().size(); i++) {
            String output = node.output(i);
            outputs.get(i).ifPresent(type -> types.put(output, type));
        }
        observe(node);
        if (budget.mayEvaluate(outputs)) {
            Optional<List<Tensor>> values = operator.evaluate(call);
            values.ifPresent(known -> define(node, known));
            int[] moved = operator.movedInputs(call);
            if (values.isEmpty() && moved.length > 0) {
                operator.evaluate(call.following(moved))
                        .ifPresent(followed -> define(node, followed));
            }
        }
        return outputs;
    }

    /**
     * Types inside a body, which may read the values around its node. A branch that does not fit
     * the values here can only be one that is not taken: of it nothing is known.
     */
    private List<Optional<TensorType>> bodyTypes(
            Operator operator, Node node, String attribute, List<Optional<TensorType>> inputs) {
        Optional<InnerGraph> body =
                InnerGraph.of(model, node).stream()
                        .filter(inside -> inside.place().equals(attribute))
                        .findFirst();
        if (body.isEmpty() || !budget.mayLookInto(body.get().graph())) {
            return List.of();
        }
        Graph graph = body.get().graph();
        Map<String, TensorType> known = new LinkedHashMap<>();
        for (int i = 0; i < Math.min(inputs.size(), graph.inputs().size()); i++) {
            String name = graph.inputs().get(i).name();
            inputs.get(i).ifPresent(type -> known.put(name, type));
        }
        ShapeInference inside;
        try {
            inside = new ShapeInference(this, body.get(), true).run(known);
        } catch (UnsupportedModelException e) {
            if (operator.runsOneBody()) {
                return List.of();
            }
            throw e;
        }
        inner.computeIfAbsent(node, n -> new LinkedHashMap<>()).put(attribute, inside);
        List<Optional<TensorType>> outputs = new ArrayList<>();
        for (Value value : graph.outputs()) {
            outputs.add(inside.type(value.name()));
        }
        return outputs;
    }

    /** Checks the nodes of a sub-graph, of whose values only its own constants are known. */
    private void checkInside(Graph body) {
        for (Node node : body.nodes()) {
            Call call =
                    new Call(
                            node,
                            opset,
                            value -> body.constant(value).map(Tensor::type),
                            body::constant);
            Operators.of(node)
                    .ifPresent(
                            operator ->
                                    OperatorRule.ask(
                                            node,
                                            () -> {
                                                NodeCheck.of(operator, call);
                                                return node;
                                            }));
            node.attributes().graphs().forEach(this::checkInside);
        }
    }

    private void define(Node node, List<Tensor> values) {
        for (int i = 0; i < values.size() && i < node.outputs().size(); i++) {
            types.put(node.output(i), values.get(i).type());
            if (!open.keep(node.output(i), values.get(i))) {
                constants.put(node.output(i), values.get(i));
            }
            budget.evaluated(values.get(i).elementCount());
        }
    }

    /** The type of {@code value}, or empty where nothing tells. */
    public Optional<TensorType> type(String value) {
        TensorType type = types.get(value);
        return type != null || around == null ? Optional.ofNullable(type) : around.type(value);
    }

    /** The shape of {@code value}, {@link Shape#UNRANKED} where nothing tells. */
    public Shape shape(String value) {
        return type(value).map(TensorType::shape).orElse(Shape.UNRANKED);
    }

    /** The content of {@code value} where it depends on constants alone. */
    public Optional<Tensor> constant(String value) {
        Tensor tensor = constants.get(value);
        return tensor != null || around == null || types.containsKey(value)
                ? Optional.ofNullable(tensor)
                : around.constant(value);
    }

    /** The graph whose values these are. */
    public Graph graph() {
        return graph;
    }

    /**
     * The same of the graphs inside {@code node}, by {@link InnerGraph#place}; of a body that runs
     * many times what holds of every run. Without those that nothing was found out about.
     */
    public Map<String, ShapeInference> inner(Node node) {
        return inner.getOrDefault(node, Map.of());
    }

    /** The graphs inside {@code node} of which {@link #inner} has nothing. */
    List<InnerGraph> unseen(Node node) {
        Map<String, ShapeInference> seen = inner(node);
        return InnerGraph.of(model, node).stream()
                .filter(inside -> !seen.containsKey(inside.place()))
                .toList();
    }

    /** {@code node} as its operator wants to see it. */
    public Call call(Node node) {
        return call(node, this);
    }

    /**
     * {@code node} with the types that {@code bound} has, but constants only where they follow from
     * what is known here: when sizes are open here and bound there, no size is baked in.
     */
    Call call(Node node, ShapeInference bound) {
        return new Call(node, opset, bound::type, this::constant, open);
    }
}
