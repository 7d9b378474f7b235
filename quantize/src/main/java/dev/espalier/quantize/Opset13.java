package dev.espalier.quantize;

import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.analysis.ShapeInference;
import dev.espalier.core.ir.Attributes;
import dev.espalier.core.ir.GraphEditor;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import java.util.Set;

/**
 * Brings models of operator sets 9 to 12 to 13, in which DequantizeLinear takes a scale for each
 * channel. Operators whose meaning changed in between are rewritten; a model with one that is not
 * known to be safe is refused.
 */
final class Opset13 {
    private static final long TARGET = 13;
    private static final long LEAST = 9;

    /** The first file format that goes with operator set 13. */
    private static final long IR_VERSION = 7;

    /** Same attributes, inputs and meaning in 9 and 13, as far as 9 has them. */
    private static final Set<String> UNCHANGED =
            Set.of(
                    ("Abs Acos Acosh Add And ArgMax ArgMin Asin Asinh Atan Atanh AveragePool"
                                    + " BatchNormalization Cast Ceil Concat Constant"
                                    + " ConstantOfShape Conv ConvTranspose Cos Cosh DepthToSpace"
                                    + " DequantizeLinear Div Elu Equal Erf Exp Expand Flatten Floor"
                                    + " GRU Gather Gemm GlobalAveragePool GlobalMaxPool Greater"
                                    + " HardSigmoid Identity InstanceNormalization LRN LSTM"
                                    + " LeakyRelu Less Log LpNormalization LpPool MatMul Max"
                                    + " MaxPool Mean Min Mul Neg NonZero Not OneHot Or PRelu Pow"
                                    + " QuantizeLinear RNN Reciprocal ReduceL1 ReduceL2"
                                    + " ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean"
                                    + " ReduceMin ReduceProd ReduceSumSquare Relu Reshape Selu"
                                    + " Shape Sigmoid Sign Sin Sinh Size Softplus Softsign"
                                    + " SpaceToDepth Sqrt Sub Sum Tan Tanh ThresholdedRelu Tile"
                                    + " Transpose Where Xor")
                            .split(" "));

    private final Model model;
    private final ShapeInference inference;
    private final GraphEditor editor;

    private Opset13(Model model) {
        this.model = model;
        this.inference = ShapeInference.of(model);
        this.editor = new GraphEditor(model.graph());
    }

    /**
     * @return {@code model} itself where it is of operator set 13 or newer
     * @throws UnsupportedModelException where an operator's rewriting is not known
     */
    static Model upgrade(Model model) {
        return model.opset() >= TARGET ? model : new Opset13(model).run();
    }

    private Model run() {
        if (model.opset() < LEAST) {
            throw refusal("what is older than " + LEAST + " is not known");
        }
        for (Node node : model.graph().nodes()) {
            if (node.isStandard() && !UNCHANGED.contains(node.opType())) {
                editor.replace(node, upgraded(node));
            }
            if (!node.attributes().graphs().isEmpty()) {
                throw refusal(node.label() + " holds a graph of its own");
            }
        }
        String domain = model.opsets().containsKey("") ? "" : "ai.onnx";
        Model changed = model.withGraph(editor.build()).withOpset(domain, TARGET);
        return new Model(
                Math.max(changed.irVersion(), IR_VERSION),
                changed.opsets(),
                changed.graph(),
                changed.metadata(),
                changed.extras());
    }

    private Node upgraded(Node node) {
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
            default ->
                    throw refusal(
                            node.label() + " may mean something else in operator set " + TARGET);
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

    private UnsupportedModelException refusal(String why) {
        return new UnsupportedModelException(
                "quantize needs a model of operator set %d or newer, this one has %d, and %s; export it again with opset %d"
                        .formatted(TARGET, model.opset(), why, TARGET));
    }
}
