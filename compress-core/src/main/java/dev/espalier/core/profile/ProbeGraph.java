package dev.espalier.core.profile;

import dev.espalier.core.ir.Attributes;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.Initializer;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Opaque;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.ir.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** The graph of a {@link LayerProbe} while layers are put into it. Used once. */
final class ProbeGraph {
    private static final long IR_VERSION = 8;
    private static final long OPSET = 13;

    /** Scales of integers hardly matter to the time; sums shall not all end at the same bound. */
    private static final float SCALE = 1 / 32f;

    private static final int LARGEST = 127;
    private static final int PRODUCT_RANK = 2;

    private final Shape input;
    private final Shape block;
    private final Attributes attributes;
    private final SplittableRandom random;
    private final List<Node> nodes = new ArrayList<>();
    private final Map<String, Initializer> constants = new LinkedHashMap<>();
    private final List<Value> outputs = new ArrayList<>();

    /**
     * @param input [N, Ci, D1..Dn], or [rows, Ci] of a product
     * @param block the weight, [Co, Ci / G, k1..kn], or [Ci, Co] of a product
     * @param attributes of each layer, with its groups
     */
    ProbeGraph(Shape input, Shape block, Attributes attributes, SplittableRandom random) {
        this.input = input;
        this.block = block;
        this.attributes = attributes;
        this.random = random;
    }

    private boolean isProduct() {
        return block.rank() == PRODUCT_RANK;
    }

    /** One more layer, in float: {@code y = mean(Conv(x, w))}, {@code y = first(MatMul(x, w))}. */
    void addFloats(int i) {
        float[] values = new float[Math.toIntExact(block.elementCount())];
        for (int k = 0; k < values.length; k++) {
            values[k] = (float) random.nextGaussian();
        }
        constant("w" + i, Tensor.ofFloats(block, values));
        if (isProduct()) {
            if (i == 0) {
                corner();
            }
            node("MatMul", List.of("x", "w" + i), "c" + i, attributes);
            first(i, DataType.FLOAT);
            return;
        }
        node("Conv", List.of("x", "w" + i), "c" + i, attributes);
        node("GlobalAveragePool", List.of("c" + i), "y" + i, Attributes.NONE);
        outputs.add(
                Value.of(
                        "y" + i,
                        new TensorType(DataType.FLOAT, points(input.dim(0), block.dim(0)))));
    }

    /** What is cut out of a map: its first value. */
    private void corner() {
        long[] to = new long[block.rank()];
        Arrays.fill(to, 1);
        constant("from", Tensor.ofLongs(Shape.of(to.length), new long[to.length]));
        constant("to", Tensor.ofLongs(Shape.of(to.length), to));
    }

    private void first(int i, DataType type) {
        node("Slice", List.of("c" + i, "from", "to"), "y" + i, Attributes.NONE);
        outputs.add(Value.of("y" + i, new TensorType(type, points(Dim.of(1), Dim.of(1)))));
    }

    /** One more layer, in bytes: {@code y = first(QLinearConv(Quantize(x), w))}. */
    void addIntegers(int i) {
        if (nodes.isEmpty()) {
            corner();
            constant("scale", Tensor.scalar(SCALE));
            constant("zero", Tensor.ofIntegers(DataType.UINT8, Shape.SCALAR, 0));
            scales();
            node("QuantizeLinear", List.of("x", "scale", "zero"), "q", Attributes.NONE);
        }
        long[] values = new long[Math.toIntExact(block.elementCount())];
        for (int k = 0; k < values.length; k++) {
            values[k] = random.nextInt(-LARGEST, LARGEST + 1);
        }
        constant("w" + i, Tensor.ofIntegers(DataType.INT8, block, values));
        List<String> inputs =
                List.of("q", "scale", "zero", "w" + i, "scales", "zeros", "scale", "zero");
        node(isProduct() ? "QLinearMatMul" : "QLinearConv", inputs, "c" + i, attributes);
        first(i, DataType.UINT8);
    }

    /** One for each output channel, as weights of trained networks have them. */
    private void scales() {
        int channels = Math.toIntExact(block.size(isProduct() ? 1 : 0));
        float[] scales = new float[channels];
        Arrays.fill(scales, SCALE / LARGEST);
        constant("scales", Tensor.ofFloats(Shape.of(channels), scales));
        constant("zeros", Tensor.ofIntegers(DataType.INT8, Shape.of(channels), new long[channels]));
    }

    private void constant(String name, Tensor value) {
        constants.put(name, Initializer.of(name, value));
    }

    private void node(String type, List<String> inputs, String output, Attributes attributesOf) {
        nodes.add(Node.of("", type, inputs, List.of(output), attributesOf));
    }

    private Shape points(Dim batch, Dim channels) {
        Shape shape = input.with(0, batch).with(1, channels);
        for (int axis = 2; axis < shape.rank(); axis++) {
            shape = shape.with(axis, Dim.of(1));
        }
        return shape;
    }

    Model model() {
        Graph graph =
                new Graph(
                        "probe",
                        List.of(Value.of("x", new TensorType(DataType.FLOAT, input))),
                        outputs,
                        List.of(),
                        List.copyOf(constants.values()),
                        nodes,
                        Opaque.NONE);
        return new Model(IR_VERSION, Map.of("", OPSET), graph, Map.of(), Map.of(), Opaque.NONE);
    }
}
