package dev.espalier.quantize.internal.kernel;

import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.op.spec.Call;
import java.util.Map;
import java.util.Optional;

/**
 * In which way ONNX Runtime's CPU provider computes an operator on bytes. What is not listed stays
 * float: the runtime has no integer kernel for it, or one that costs accuracy (Softmax).
 */
public enum Kernel {
    /** Multiplies by constant weights: what quantization is for. */
    WEIGHTED,
    /** Makes one tensor of several, or looks each byte up: worth it between weighted layers. */
    COMBINING,
    /** Averages; its output has a grid of its own. */
    POOLING,
    /** Puts bytes elsewhere or picks among them: output and first input share a grid. */
    MOVING;

    private static final Map<String, Kernel> BY_OPERATOR =
            Map.ofEntries(
                    Map.entry("Conv", WEIGHTED),
                    Map.entry("Gemm", WEIGHTED),
                    Map.entry("MatMul", WEIGHTED),
                    Map.entry("Add", COMBINING),
                    Map.entry("Mul", COMBINING),
                    Map.entry("Concat", COMBINING),
                    Map.entry("LeakyRelu", COMBINING),
                    Map.entry("Sigmoid", COMBINING),
                    Map.entry("AveragePool", POOLING),
                    Map.entry("GlobalAveragePool", POOLING),
                    Map.entry("MaxPool", MOVING),
                    Map.entry("Reshape", MOVING),
                    Map.entry("Flatten", MOVING),
                    Map.entry("Squeeze", MOVING),
                    Map.entry("Unsqueeze", MOVING),
                    Map.entry("Transpose", MOVING),
                    Map.entry("Slice", MOVING),
                    Map.entry("Split", MOVING),
                    Map.entry("Gather", MOVING),
                    Map.entry("Expand", MOVING),
                    Map.entry("Tile", MOVING),
                    Map.entry("Pad", MOVING),
                    Map.entry("Resize", MOVING),
                    Map.entry("Identity", MOVING));

    /** The kernel for this call, empty where it has to stay float. */
    public static Optional<Kernel> of(Call call) {
        Node node = call.node();
        Kernel kernel = node.isStandard() ? BY_OPERATOR.get(node.opType()) : null;
        return Optional.ofNullable(kernel).filter(k -> runsOnBytes(call));
    }

    /** Whether there is one that multiplies by constant weights. */
    public static boolean weighs(Node node) {
        return node.isStandard() && BY_OPERATOR.get(node.opType()) == WEIGHTED;
    }

    private static boolean runsOnBytes(Call call) {
        Node node = call.node();
        return switch (node.opType()) {
            case "MaxPool" -> node.outputs().size() == 1;
            case "AveragePool" -> !node.attributes().has("dilations");
            case "Pad" -> padsWithZero(call);
            case "Resize" -> picksNearest(node);
            default -> true;
        };
    }

    /** Any other fill may lie outside of the grid; reflected and repeated edges do not. */
    private static boolean padsWithZero(Call call) {
        String mode = call.attributes().string("mode", "constant");
        if (mode.equals("reflect") || mode.equals("edge")) {
            return true;
        }
        return mode.equals("constant")
                && (!call.has(2) || call.constant(2).map(Kernel::isZero).orElse(false));
    }

    private static boolean isZero(Tensor value) {
        return value.elementCount() == 1 && value.toFloats()[0] == 0;
    }

    private static boolean picksNearest(Node node) {
        return node.attributes().string("mode", "nearest").equals("nearest")
                && !node.attributes()
                        .string("coordinate_transformation_mode", "")
                        .equals("tf_crop_and_resize");
    }
}
