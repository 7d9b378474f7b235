package dev.espalier.quantize.internal.prepare;

import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.analysis.ShapeInference;
import dev.espalier.core.ir.Attributes;
import dev.espalier.core.ir.Function;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.GraphEditor;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.op.Operators;
import dev.espalier.core.op.spec.Trait;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Brings models to a newer operator set: of 9 to 12 to 13, in which DequantizeLinear takes a scale
 * for each channel, and of 13 to 20 to 21, the first with integers of 4 bits. Operators whose
 * meaning changed in between are rewritten; a model with one that is not known to be safe is
 * refused.
 */
public final class OpsetUpgrade {
    private static final long LEAST = 9;
    private static final long PER_CHANNEL = 13;
    private static final long FOUR_BITS = 21;

    /** In which Split and the reductions changed. */
    private static final long AXES_AS_INPUT = 18;

    /** The file formats that go with the operator sets. */
    private static final Map<Long, Long> IR_VERSIONS = Map.of(PER_CHANNEL, 7L, FOUR_BITS, 10L);

    private final Model model;
    private final long target;
    private final ShapeInference inference;
    private final GraphEditor editor;

    private OpsetUpgrade(Model model, long target) {
        this.model = model;
        this.target = target;
        this.inference = ShapeInference.of(model);
        this.editor = new GraphEditor(model.graph());
    }

    /**
     * For scales along channels.
     *
     * @return {@code model} itself where it is of operator set 13 or newer
     * @throws UnsupportedModelException where an operator's rewriting is not known
     */
    static Model toPerChannel(Model model) {
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
        return to(FOUR_BITS, model);
    }

    private static Model to(long target, Model model) {
        return model.opset() >= target ? model : new OpsetUpgrade(model, target).run();
    }

    private Model run() {
        if (model.opset() < LEAST) {
            throw refusal("what is older than " + LEAST + " is not known");
        }
        for (Node node : model.graph().nodes()) {
            if (node.isStandard()) {
                editor.replace(node, target == PER_CHANNEL ? from9(node) : from13(node));
            }
            if (!node.attributes().graphs().isEmpty()) {
                throw refusal(node.label() + " holds a graph of its own");
            }
        }
        return model.withGraph(editor.build())
                .withFunctions(functions())
                .withOpset(standard(model.opsets()), target)
                .withIrVersion(Math.max(model.irVersion(), IR_VERSIONS.get(target)));
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
                    if (node.isStandard() && !isUnchanged(node)) {
                        throw refusal(
                                "%s in function '%s' may have to be written otherwise in operator set %s"
                                        .formatted(node.label(), function.id(), target));
                    }
                }
            }
            String domain = standard(function.opsets());
            boolean isOld = function.opsets().getOrDefault(domain, target) < target;
            moved.put(function.id(), isOld ? function.withOpset(domain, target) : function);
        }
        return moved;
    }

    private boolean isUnchanged(Node node) {
        return target == PER_CHANNEL
                ? Operators.has(node, Trait.UNCHANGED_9_TO_13)
                : from13(node) == node && !node.is("AveragePool");
    }

    private Node from9(Node node) {
        if (Operators.has(node, Trait.UNCHANGED_9_TO_13)) {
            return node;
        }
        return switch (node.opType()) {
            case "Clip" -> moveReal(moveReal(node, "min", 1), "max", 2);
            case "Pad" -> moveReal(moveIntegers(node, "pads", 1), "value", 2);
            case "Slice" ->
                    moveIntegers(
                            moveIntegers(moveIntegers(node, "starts", 1), "ends", 2), "axes", 3);
            case "Squeeze", "Unsqueeze", "ReduceSum" -> moveIntegers(node, "axes", 1);
            case "Split" -> moveIntegers(node, "split", 1);
            // Training and inference became one operator; at inference both pass the data on.
            case "Dropout" -> node.withAttributes(Attributes.NONE);
            case "Softmax", "LogSoftmax", "Hardmax" -> alongLastAxis(node);
            default -> throw unknown(node);
        };
    }

    private Node from13(Node node) {
        return switch (node.opType()) {
            case "ReduceL1",
                    "ReduceL2",
                    "ReduceLogSum",
                    "ReduceLogSumExp",
                    "ReduceMax",
                    "ReduceMean",
                    "ReduceMin",
                    "ReduceProd",
                    "ReduceSumSquare" ->
                    moveIntegers(node, "axes", 1);
            // What a window counts that reaches beyond the padding is another since 19.
            case "AveragePool" -> {
                if (node.attributes().integer("ceil_mode", 0) != 0
                        && node.attributes().integer("count_include_pad", 0) != 0) {
                    throw unknown(node);
                }
                yield node;
            }
            case "Split" ->
                    node.hasInput(1) || model.opset() >= AXES_AS_INPUT
                            ? node
                            : node.withAttributes(
                                    node.attributes().with("num_outputs", node.outputs().size()));
            default -> {
                if (!Operators.has(node, Trait.UNCHANGED_13_TO_21)) {
                    throw unknown(node);
                }
                yield node;
            }
        };
    }

    private Node moveIntegers(Node node, String attribute, int input) {
        if (!node.attributes().has(attribute)) {
            return node;
        }
        long[] values = node.attributes().integers(attribute);
        return move(node, attribute, input, Tensor.ofLongs(Shape.of(values.length), values));
    }

    private Node moveReal(Node node, String attribute, int input) {
        if (!node.attributes().has(attribute)) {
            return node;
        }
        return move(node, attribute, input, Tensor.scalar(node.attributes().real(attribute, 0)));
    }

    private Node move(Node node, String attribute, int input, Tensor value) {
        String name = editor.addInitializer(node.output(0) + "_" + attribute, value);
        return node.withInput(input, name).withAttributes(node.attributes().without(attribute));
    }

    /** Before 13 all axes from {@code axis} on were taken as one; the last alone is the same. */
    private Node alongLastAxis(Node node) {
        long axis = node.attributes().integer("axis", 1);
        Shape shape = inference.shape(node.input(0));
        boolean isLast = axis == -1 || shape.isRanked() && axis == shape.rank() - 1;
        if (!isLast) {
            throw refusal(node.label() + " normalizes over several axes, or its rank is unknown");
        }
        return node.withAttributes(node.attributes().with("axis", -1));
    }

    private UnsupportedModelException unknown(Node node) {
        return refusal(node.label() + " may mean something else in operator set " + target);
    }

    private UnsupportedModelException refusal(String why) {
        return new UnsupportedModelException(
                "quantize needs a model of operator set %s or newer, this one has %s, and %s; export it again with opset %s"
                        .formatted(target, model.opset(), why, target));
    }
}
