package dev.espalier.core.analysis;

import dev.espalier.core.ir.Graph;
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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The type of every value of a model, from the operators' shape rules, and the content of those
 * that are constant. A value that no rule reaches has no type here even where the file declares
 * one, since a file's annotations are often stale.
 */
public final class ShapeInference {
    private final Model model;
    private final Map<String, TensorType> types = new HashMap<>();
    private final Map<String, Tensor> constants = new HashMap<>();

    private final OpenSizes open = new OpenSizes(this::type);

    /** Elements that evaluation may make in all; a small hostile file must not fill the memory. */
    private long evaluable = 1 << 22;

    private long evaluated;

    private ShapeInference(Model model) {
        this.model = model;
    }

    /**
     * Types with the free dimensions of the inputs left open, as the file declares them.
     *
     * @throws dev.espalier.core.UnsupportedModelException where a node's inputs do not fit its
     *     operator
     */
    public static ShapeInference of(Model model) {
        return new ShapeInference(model).run(null);
    }

    /** Types with the free dimensions of the inputs bound to the sizes in {@code shapes}. */
    public static ShapeInference of(Model model, InputShapes shapes) {
        return new ShapeInference(model).run(shapes);
    }

    private ShapeInference run(InputShapes shapes) {
        Graph graph = model.graph();
        graph.initializers()
                .forEach(
                        (name, initializer) -> {
                            types.put(name, initializer.tensor().type());
                            constants.put(name, initializer.tensor());
                            evaluable += 2 * initializer.tensor().elementCount();
                        });
        for (Value input : graph.feeds()) {
            if (shapes != null) {
                types.put(input.name(), shapes.bind(graph.feeds(), input));
            } else {
                input.type().ifPresent(type -> types.put(input.name(), type));
            }
        }
        graph.nodes().forEach(this::infer);
        return this;
    }

    private void infer(Node node) {
        node.attributes().graphs().forEach(this::checkInside);
        Optional<Operator> operator = Operators.of(node);
        if (operator.isEmpty()) {
            inferDataType(node);
            return;
        }
        OperatorRule.ask(node, () -> infer(operator.get(), call(node)));
    }

    /**
     * Of an operator that nobody described, but whose reals are all of one type, that much is
     * known; the shape is not.
     */
    private void inferDataType(Node node) {
        if (Operators.has(node, Trait.FLOAT16) && node.outputs().size() == 1) {
            type(node.input(0))
                    .ifPresent(type -> types.put(node.output(0), type.withShape(Shape.UNRANKED)));
        }
    }

    /** The outputs' types. */
    private List<TensorType> infer(Operator operator, Call call) {
        NodeCheck.of(operator, call);
        Node node = call.node();
        List<TensorType> outputs = operator.outputTypes(call);
        for (int i = 0; i < outputs.size() && i < node.outputs().size(); i++) {
            types.put(node.output(i), outputs.get(i));
        }
        if (evaluated < evaluable && isSmall(outputs)) {
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

    /** Checks the nodes of a sub-graph, of whose values only its own constants are known. */
    private void checkInside(Graph body) {
        for (Node node : body.nodes()) {
            Call call =
                    new Call(
                            node,
                            model.opset(),
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

    private boolean isSmall(List<TensorType> outputs) {
        return outputs.stream()
                .allMatch(
                        type ->
                                !type.shape().isFixed()
                                        || type.shape().elementCount() <= evaluable - evaluated);
    }

    private void define(Node node, List<Tensor> values) {
        for (int i = 0; i < values.size() && i < node.outputs().size(); i++) {
            types.put(node.output(i), values.get(i).type());
            if (!open.keep(node.output(i), values.get(i))) {
                constants.put(node.output(i), values.get(i));
            }
            evaluated += values.get(i).elementCount();
        }
    }

    /** The type of {@code value}, or empty where no rule tells. */
    public Optional<TensorType> type(String value) {
        return Optional.ofNullable(types.get(value));
    }

    /** The shape of {@code value}, {@link Shape#UNRANKED} where no rule tells. */
    public Shape shape(String value) {
        return type(value).map(TensorType::shape).orElse(Shape.UNRANKED);
    }

    /** The content of {@code value} where it depends on constants alone. */
    public Optional<Tensor> constant(String value) {
        return Optional.ofNullable(constants.get(value));
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
        return new Call(node, model.opset(), bound::type, this::constant, open);
    }
}
