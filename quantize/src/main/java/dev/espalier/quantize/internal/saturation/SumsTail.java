package dev.espalier.quantize.internal.saturation;

import dev.espalier.core.ir.Attributes;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.GraphEditor;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import java.util.Arrays;
import java.util.List;

/**
 * Writes what a layer makes of its 32-bit sums, in the order in which the runtime computes it.
 *
 * <pre>
 *   bytes    clip(round((sums + b) * (x_s * w_s / y_s)) + y_zp)
 *   floats   (sums + b) * (x_s * w_s), or sums * (x_s * w_s) + b where b is no integer
 *   sums     sums
 * </pre>
 */
final class SumsTail {
    private final GraphEditor editor;
    private final ConstantValues constants;
    private final MultipliedWeights weights;

    SumsTail(GraphEditor editor, ConstantValues constants, MultipliedWeights weights) {
        this.editor = editor;
        this.constants = constants;
        this.weights = weights;
    }

    /**
     * Adds the nodes.
     *
     * @param from names of input scale, weight scale and bias, empty where there is none
     * @param to names of the output's scale and zero point, empty where it is no bytes
     */
    void write(String sums, List<String> from, List<String> to, String output) {
        if (from.get(0).isEmpty()) {
            add("Identity", Attributes.NONE, output, sums);
            return;
        }
        Tensor bias = constants.find(from.get(2)).orElse(null);
        boolean isSummand = bias != null && bias.dataType() == DataType.INT32;
        String biased = isSummand ? added("Add", Attributes.NONE, sums, along(bias)) : sums;
        String floats = added("Cast", cast(DataType.FLOAT), biased);
        if (to.get(0).isEmpty()) {
            String scale = along(product(from.get(0), from.get(1)));
            if (bias == null || isSummand) {
                add("Mul", Attributes.NONE, output, floats, scale);
            } else {
                String product = added("Mul", Attributes.NONE, floats, scale);
                add("Add", Attributes.NONE, output, product, along(bias));
            }
            return;
        }
        Tensor zero = constants.find(to.get(1)).orElse(null);
        DataType type = zero == null ? DataType.UINT8 : zero.dataType();
        float zeroPoint = zero == null ? 0 : zero.toFloats()[0];
        float least = type == DataType.INT8 ? Byte.MIN_VALUE : 0;
        Tensor step = product(from.get(0), from.get(1));
        float[] factors = step.toFloats();
        float outputScale = constants.scalar(to.get(0)).orElseThrow();
        for (int c = 0; c < factors.length; c++) {
            factors[c] /= outputScale;
        }
        String scaled =
                added(
                        "Mul",
                        Attributes.NONE,
                        floats,
                        along(Tensor.ofFloats(step.shape(), factors)));
        String rounded = added("Round", Attributes.NONE, scaled);
        String shifted = added("Add", Attributes.NONE, rounded, scalar(zeroPoint));
        String clipped =
                added("Clip", Attributes.NONE, shifted, scalar(least), scalar(least + 255));
        add("Cast", cast(type), output, clipped);
    }

    /** Of two scales, one of which may be one for each channel. */
    private Tensor product(String first, String second) {
        float a = constants.scalar(first).orElseThrow();
        Tensor scales = constants.find(second).orElseThrow();
        float[] products = scales.toFloats();
        for (int c = 0; c < products.length; c++) {
            products[c] *= a;
        }
        return Tensor.ofFloats(scales.shape(), products);
    }

    /** A constant of one number for each output channel, in the shape that goes with the sums. */
    private String along(Tensor tensor) {
        boolean each = tensor.elementCount() > 1 && weights.isConv();
        Tensor shaped = tensor;
        if (each) {
            long[] sizes = new long[weights.weight().shape().rank() - 1];
            Arrays.fill(sizes, 1);
            sizes[0] = tensor.elementCount();
            shaped = tensor.reshape(Shape.of(sizes));
        }
        return editor.addInitializer("along", shaped);
    }

    private String scalar(float value) {
        return editor.addInitializer("scalar", Tensor.scalar(value));
    }

    private static Attributes cast(DataType type) {
        return Attributes.NONE.with("to", type.id());
    }

    private String added(String operator, Attributes attributes, String... inputs) {
        String output = editor.freshName("tail_" + operator);
        add(operator, attributes, output, inputs);
        return output;
    }

    private void add(String operator, Attributes attributes, String output, String... inputs) {
        editor.add(Node.of("", operator, List.of(inputs), List.of(output), attributes));
    }
}
