package dev.espalier.quantize.internal.qdq;

import dev.espalier.core.ir.Attributes;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.quantize.internal.grid.GreatestWeights;
import dev.espalier.quantize.internal.grid.WeightGrid;
import dev.espalier.quantize.internal.grid.WeightPairs;
import dev.espalier.quantize.internal.kernel.PixelFolding;
import dev.espalier.quantize.internal.kernel.WeightedLayer;
import dev.espalier.quantize.option.Integers;
import dev.espalier.quantize.option.Target;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * Writes a {@link WeightedLayer} with its weight as signed bytes and its bias as 32-bit integers,
 * each behind a DequantizeLinear:
 *
 * <pre>
 *   Conv(x, DQ(w_q, w_s), DQ(b_q, Mul(x_s, w_s)))
 * </pre>
 *
 * <p>A weight of at most 4 bits may be stored as INT4 with a Cast to INT8 behind it, so that it
 * takes half of the bytes and is computed with like any other.
 *
 * <p>The bias's scales are not stored but computed from constants, which a runtime does once, when
 * it loads the model; the same is true of the Cast.
 */
final class LayerWriter {
    /** Attributes of a Conv that say what their absence says, as lists of equal numbers. */
    private static final Map<String, Long> STANDARD =
            Map.of("group", 1L, "dilations", 1L, "strides", 1L, "pads", 0L);

    private final AddedValues added;
    private final Integers integers;

    /** Constants that some layer reads as its weight already. */
    private final Set<String> taken = new HashSet<>();

    private final GreatestWeights greatest = new GreatestWeights();
    private boolean packed;

    LayerWriter(AddedValues added, Integers integers) {
        this.added = added;
        this.integers = integers;
    }

    /**
     * What a layer reads.
     *
     * @param number name of the value, as a number
     * @param scale of its grid
     * @param scaleName name of the constant that holds the scale
     */
    record Input(String number, float scale, String scaleName) {}

    /** The layer reading {@code input}; its output's name is the float layer's. */
    Node write(WeightedLayer layer, Input input) {
        return write(layer, layer.pairs(), input, 1, bytes -> bytes);
    }

    /** The layer of folded pixels; what is the same for each pixel is stored once. */
    Node write(PixelFolding folding, Input input) {
        return write(
                folding.unfoldedLayer(),
                folding.pairs(),
                input,
                folding.outputs(),
                bytes -> new SpreadWeight(folding, added).write(bytes));
    }

    /**
     * @param pairs of weights that are multiplied side by side
     * @param copies how often the output channels are repeated
     * @param spread gives the name of the weight's bytes as the layer reads them
     */
    private Node write(
            WeightedLayer layer,
            WeightPairs pairs,
            Input input,
            int copies,
            UnaryOperator<String> spread) {
        Node node = layer.node();
        WeightGrid grid = grid(layer, pairs, input.scale());
        Tensor quantized = grid.quantize(layer.weight());
        greatest.add(grid.greatest(quantized));
        String weight = node.input(1);
        String scales = added.constant(weight, "_s", grid.scales());
        Shape zeroPoints = Shape.SCALAR;
        if (grid.isPerChannel()) {
            scales = repeated(scales, copies);
            zeroPoints = Shape.of(grid.scales().elementCount() * copies);
        }
        List<String> inputs = new ArrayList<>();
        inputs.add(input.number());
        inputs.add(
                dequantized(
                        weight,
                        List.of(
                                spread.apply(bytes(weight, quantized)),
                                scales,
                                added.weightZeroPoint(weight, zeroPoints)),
                        alongAxis(grid, grid.axis())));
        if (layer.hasBias()) {
            String bias = node.input(2);
            Tensor bytes = grid.quantizeBias(layer.bias().toFloats(), input.scale());
            inputs.add(
                    dequantized(
                            bias,
                            List.of(
                                    repeated(added.constant(bias, "_q", bytes), copies),
                                    added.node("Mul", Attributes.NONE, input.scaleName(), scales)),
                            alongAxis(grid, 0)));
        }
        return node.withInputs(inputs).withAttributes(shortened(layer));
    }

    /** How great the 8-bit weights became that were written. */
    GreatestWeights greatest() {
        return greatest;
    }

    /** Whether a weight was stored as INT4. */
    boolean hasPacked() {
        return packed;
    }

    /** The name of the weight as INT8. */
    private String bytes(String weight, Tensor tensor) {
        String stored = added.constant(weight, "_q", tensor);
        if (tensor.dataType() == DataType.INT8) {
            return taken.add(stored) ? stored : copied(stored);
        }
        packed = true;
        return added.node("Cast", Attributes.NONE.with("to", DataType.INT8.id()), stored);
    }

    /**
     * A constant of another name, which a runtime makes when it loads the model: ONNX Runtime's
     * option {@code session.x64quantprecision} fails where two layers read one constant.
     */
    private String copied(String stored) {
        return added.node(
                "Concat", Attributes.NONE.with("axis", 0), List.of(stored), added.name(stored, ""));
    }

    private WeightGrid grid(WeightedLayer layer, WeightPairs pairs, float inputScale) {
        int axis = layer.axis(integers.perChannel());
        WeightGrid grid =
                Optional.of(layer.weight())
                        .filter(weight -> integers.packed())
                        .flatMap(weight -> WeightGrid.ofFourBits(weight, axis))
                        .orElseGet(
                                () ->
                                        WeightGrid.of(
                                                layer.weight(),
                                                axis,
                                                guarded(pairs, layer.weight().shape())));
        return layer.hasBias() ? grid.wideEnoughFor(layer.bias().toFloats(), inputScale) : grid;
    }

    private String repeated(String constant, int copies) {
        return copies == 1
                ? constant
                : added.node(
                        "Concat",
                        Attributes.NONE.with("axis", 0),
                        Collections.nCopies(copies, constant).toArray(String[]::new));
    }

    private String dequantized(String value, List<String> inputs, Attributes attributes) {
        return added.node("DequantizeLinear", attributes, inputs, added.name(value, "_dq"));
    }

    private static Attributes alongAxis(WeightGrid grid, int axis) {
        return grid.isPerChannel() ? Attributes.NONE.with("axis", axis) : Attributes.NONE;
    }

    /** Without what says nothing, and without Gemm's factors, which are in weight and bias now. */
    private static Attributes shortened(WeightedLayer layer) {
        Attributes attributes = layer.node().attributes();
        if (!layer.isConvolution()) {
            return attributes.without("alpha").without("beta");
        }
        for (Map.Entry<String, Long> standard : STANDARD.entrySet()) {
            String name = standard.getKey();
            long[] values =
                    attributes.integers(name, attributes.integer(name, standard.getValue()));
            if (Arrays.stream(values).allMatch(value -> value == standard.getValue())) {
                attributes = attributes.without(name);
            }
        }
        return attributes;
    }

    /**
     * Which weights must not saturate together; not for {@code host}. Integer operators that read
     * signed bytes are exact on every CPU, but ONNX Runtime's option {@code
     * session.x64quantprecision} cannot load them with weights above 64.
     *
     * @param pairs of {@code weight} that are multiplied side by side
     */
    private WeightPairs guarded(WeightPairs pairs, Shape weight) {
        if (integers.target() != Target.ANY) {
            return WeightPairs.NONE;
        }
        return integers.format() == Integers.Format.QOPERATOR && integers.activations().isSigned()
                ? WeightPairs.ofEach(weight)
                : pairs;
    }
}
