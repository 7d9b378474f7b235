package dev.espalier.train.program;

import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.analysis.ShapeInference;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.Initializer;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.Value;
import dev.espalier.core.op.Operators;
import dev.espalier.core.op.spec.Operator;
import dev.espalier.core.op.spec.TorchWriter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Writes the statements of one network: what its outputs need, one operator after another, each by
 * its own {@link Operator#torch} rule.
 */
final class NetworkWriter {
    /** What a network's weights are to the program. */
    enum Use {
        /** Variables that take gradients; statistics move. */
        TRAIN,
        /** The same variables, only read. */
        EVALUATE,
        /** Constants; statistics move by the share {@code share}, which is in scope. */
        MEASURE,
        /** Constants: the network is another than the trained one. */
        TEACH
    }

    /**
     * A statement in place of another one that saves memory by overwriting a value.
     *
     * @param position of the other one
     * @param value must not be asked for from outside
     */
    private record Overwriting(int position, String value, String statement) {}

    private static final int CHANNELS_LAST_RANK = 4;

    private final Graph graph;
    private final ShapeInference shapes;
    private final Use use;
    private final boolean reduced;
    private final int channelBlock;
    private final ProgramTensors programTensors;
    private final String prefix;
    private final List<String> statements = new ArrayList<>();
    private final Map<String, String> variables = new HashMap<>();
    private final Map<Slot, Leaf> leaves = new LinkedHashMap<>();
    private final Map<String, String> narrowed = new HashMap<>();
    private final List<Overwriting> overwritings = new ArrayList<>();
    private final Set<String> results = new HashSet<>();
    private final Set<Node> madeOfWeights;
    private int locals;

    /**
     * @param prefix of local variables, to keep two networks in one method apart
     * @param shapes with every dimension fixed, the batch included
     * @param reduced whether activations are bfloat16
     * @param channelBlock see {@link TorchWriter#channelBlock}
     */
    NetworkWriter(
            Model model,
            ShapeInference shapes,
            Use use,
            boolean reduced,
            int channelBlock,
            ProgramTensors programTensors,
            String prefix) {
        this.graph = model.graph();
        this.shapes = shapes;
        this.use = use;
        this.reduced = reduced;
        this.channelBlock = channelBlock;
        this.programTensors = programTensors;
        this.prefix = prefix;
        this.madeOfWeights = madeOfWeights();
        for (int i = 0; i < graph.feeds().size(); i++) {
            Value feed = graph.feeds().get(i);
            variables.put(feed.name(), input(feed, "x" + i));
        }
    }

    /** Of a network that answers and learns nothing, in float32. */
    static NetworkWriter answering(
            Model model, InputShapes shapes, int channelBlock, ProgramTensors programTensors) {
        return new NetworkWriter(
                model,
                ShapeInference.of(model, shapes),
                Use.EVALUATE,
                false,
                channelBlock,
                programTensors,
                "v");
    }

    /** What gradients are taken of, as far as the network is written. */
    List<Leaf> leaves() {
        return List.copyOf(leaves.values());
    }

    /** All statements; what is asked for with {@link #write} afterwards is not in them. */
    List<String> statements() {
        List<String> all = new ArrayList<>(statements);
        for (Overwriting candidate : overwritings) {
            if (!results.contains(candidate.value())) {
                all.set(candidate.position(), candidate.statement());
            }
        }
        return all;
    }

    /**
     * Writes what {@code value} needs and is not written yet.
     *
     * @return the expression of the value
     * @throws UnsupportedModelException where a node on the way cannot be written, naming all such
     */
    String write(String value) {
        results.add(value);
        Set<Node> needed = needed(value);
        refuseUnwritable(needed);
        for (Node node : graph.nodes()) {
            if (needed.contains(node)) {
                Operators.of(node).orElseThrow().torch(shapes.call(node), new Statements(node));
            }
        }
        return read(value);
    }

    /** The variable of a weight that is not the network's, but trained with it. */
    String companion(String name, Tensor tensor) {
        return leaf(new Slot(Slot.Kind.COMPANION, name), tensor);
    }

    private String input(Value feed, String expression) {
        boolean floating = feed.type().map(t -> t.dataType() == DataType.FLOAT).orElse(false);
        String value = floating && reduced ? narrow(expression) : expression;
        if (floating && shapes.shape(feed.name()).rank() == CHANNELS_LAST_RANK) {
            value = "torch.contiguous(" + value + ", memory_format=2)";
        }
        return assign(value);
    }

    /**
     * Nodes that {@code value} depends on, but for those that are written and those whose results
     * are known constants.
     */
    private Set<Node> needed(String value) {
        Set<Node> needed = new HashSet<>();
        Deque<String> open = new ArrayDeque<>(List.of(value));
        while (!open.isEmpty()) {
            String next = open.pop();
            Optional<Node> producer = graph.producer(next);
            if (producer.isPresent()
                    && !variables.containsKey(next)
                    && !isFolded(producer.get(), next)
                    && needed.add(producer.get())) {
                producer.get().inputs().stream().filter(i -> !i.isEmpty()).forEach(open::push);
            }
        }
        return needed;
    }

    /** A constant is taken as such unless it is made of weights, which shall train through it. */
    private boolean isFolded(Node producer, String value) {
        return shapes.constant(value).isPresent() && !madeOfWeights.contains(producer);
    }

    /** The nodes of known results that gradients go through to weights. */
    private Set<Node> madeOfWeights() {
        Set<Node> made = new HashSet<>();
        for (Node node : graph.nodes()) {
            if (node.outputs().stream().noneMatch(value -> shapes.constant(value).isPresent())) {
                continue;
            }
            boolean reads =
                    node.inputs().stream()
                            .anyMatch(
                                    input ->
                                            isWeight(input)
                                                    || graph.producer(input)
                                                            .filter(made::contains)
                                                            .isPresent());
            if (reads
                    && Operators.of(node).filter(op -> op.trains(shapes.call(node))).isPresent()) {
                made.add(node);
            }
        }
        return made;
    }

    private boolean isWeight(String value) {
        return graph.initializers().containsKey(value)
                && isTrainable(graph.initializers().get(value).tensor());
    }

    /** Scalars are settings of an operator, not weights: a scale, a bound, an exponent. */
    static boolean isTrainable(Tensor tensor) {
        return tensor.dataType() == DataType.FLOAT && tensor.shape().rank() > 0;
    }

    private void refuseUnwritable(Set<Node> needed) {
        List<String> refused = new ArrayList<>();
        for (Node node : graph.nodes()) {
            if (needed.contains(node)) {
                Optional<Operator> operator = Operators.of(node);
                if (operator.isEmpty() || !operator.get().trains(shapes.call(node))) {
                    refused.add(node.label());
                }
            }
        }
        if (!refused.isEmpty()) {
            throw new UnsupportedModelException(
                    "these nodes have no TorchScript form, without which a model can be neither"
                            + " trained nor exported: "
                            + String.join(", ", refused));
        }
    }

    private static String narrow(String expression) {
        return "torch.to(" + expression + ", 15)";
    }

    private String assign(String expression) {
        String name = prefix + locals++;
        statements.add(name + " = " + expression);
        return name;
    }

    /** The expression of any value, in the type that activations have. */
    private String read(String value) {
        String variable = variables.get(value);
        if (variable != null) {
            return variable;
        }
        if (isWeight(value)) {
            String leaf = weight(value);
            return reduced ? narrowed.computeIfAbsent(leaf, l -> assign(narrow(l))) : leaf;
        }
        return constant(known(value));
    }

    private Tensor known(String value) {
        return shapes.constant(value)
                .orElseThrow(() -> new IllegalStateException("nothing makes '" + value + "'"));
    }

    private String constant(Tensor tensor) {
        String held = "self." + programTensors.constant(tensor);
        return reduced && tensor.dataType() == DataType.FLOAT ? narrow(held) : held;
    }

    /** The float32 expression of a weight. */
    private String weight(String value) {
        Tensor tensor = graph.initializers().get(value).tensor();
        if (use == Use.TEACH || use == Use.MEASURE) {
            return "self." + programTensors.constant(tensor);
        }
        Slot slot = new Slot(Slot.Kind.WEIGHT, value);
        return use == Use.EVALUATE
                ? "self." + programTensors.variable(slot, tensor)
                : leaf(slot, tensor);
    }

    private String leaf(Slot slot, Tensor tensor) {
        return leaves.computeIfAbsent(slot, key -> newLeaf(key, tensor)).variable();
    }

    private Leaf newLeaf(Slot slot, Tensor tensor) {
        String attribute = programTensors.variable(slot, tensor);
        String variable = assign("torch.requires_grad_(torch.detach(self." + attribute + "))");
        return new Leaf(slot, tensor.shape(), attribute, variable);
    }

    /** What one node's rule writes to. */
    private final class Statements implements TorchWriter {
        private final Node node;

        Statements(Node node) {
            this.node = node;
        }

        @Override
        public String in(int i) {
            return read(node.input(i));
        }

        @Override
        public String exact(int i) {
            String value = node.input(i);
            if (variables.containsKey(value)) {
                return reduced ? "torch.to(" + read(value) + ", 6)" : read(value);
            }
            return isWeight(value)
                    ? weight(value)
                    : "self." + programTensors.constant(known(value));
        }

        @Override
        public String asActivation(String exact) {
            return reduced ? narrow(exact) : exact;
        }

        @Override
        public String statistic(int i) {
            Initializer held = graph.initializers().get(node.input(i));
            return held == null || use == Use.TEACH
                    ? exact(i)
                    : "self."
                            + programTensors.variable(
                                    new Slot(Slot.Kind.STATISTIC, held.name()), held.tensor());
        }

        @Override
        public String training() {
            return use == Use.TRAIN || use == Use.MEASURE ? "True" : "False";
        }

        @Override
        public String statisticShare(double declared) {
            return use == Use.MEASURE ? "float(share)" : TorchWriter.real(declared);
        }

        @Override
        public int channelBlock() {
            return channelBlock;
        }

        @Override
        public void out(int i, String expression) {
            if (!node.output(i).isEmpty()) {
                variables.put(node.output(i), assign(expression));
            }
        }

        @Override
        public void outOver(int i, String overwriting, String fresh) {
            out(0, fresh);
            String value = node.input(i);
            if (isSpare(value)) {
                String variable = variables.get(node.output(0));
                overwritings.add(
                        new Overwriting(
                                statements.size() - 1, value, variable + " = " + overwriting));
            }
        }

        /** Whether this node is the only one that ever reads {@code value}. */
        private boolean isSpare(String value) {
            long reads =
                    graph.consumers(value).stream()
                            .flatMap(reader -> reader.inputs().stream())
                            .filter(value::equals)
                            .count();
            return reads == 1
                    && variables.containsKey(value)
                    && graph.producer(value)
                            .flatMap(Operators::of)
                            .filter(Operator::leavesResultToReader)
                            .isPresent();
        }

        @Override
        public String let(String expression) {
            return assign(expression);
        }

        @Override
        public String constant(Tensor tensor) {
            return NetworkWriter.this.constant(tensor);
        }
    }
}
