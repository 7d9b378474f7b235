package dev.espalier.quantize.internal.qdq;

import dev.espalier.core.ir.Attributes;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.GraphEditor;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.quantize.internal.grid.Grid;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What quantization adds to a graph, so that little of the file is not weights: short names, nodes
 * without names, and one constant for all that ask for the same content by the same name.
 *
 * <p>The bytes of {@code x} are called {@code x_q}, its scale {@code x_s}, what is computed from
 * the bytes {@code x_dq}; of names that exporters make from paths, the last part is taken. A value
 * that one node makes for the next has only a number: {@code t1}. The model's own values keep their
 * names.
 */
final class AddedValues {
    /** A node's name would say what its output's says, and be there twice. */
    private static final String UNNAMED = "";

    private final GraphEditor editor;
    private final boolean signed;
    private final Map<Object, String> constants = new HashMap<>();
    private int numbered;

    /**
     * @param signed whether bytes of activations are written as -128..127: all of them, and zero
     *     points, less 128
     */
    AddedValues(GraphEditor editor, boolean signed) {
        this.editor = editor;
        this.signed = signed;
    }

    /** A name for something that belongs to {@code value}, such as its bytes ({@code _q}). */
    String name(String value, String suffix) {
        return editor.freshName(shortened(value) + suffix);
    }

    private static String shortened(String value) {
        int begin = Math.max(value.lastIndexOf('/'), value.lastIndexOf(':')) + 1;
        return begin == value.length() ? value : value.substring(begin);
    }

    /** A name for a value that is made for one reader. */
    String number() {
        return editor.freshName("t" + ++numbered);
    }

    /** Adds a node that computes {@code output}. */
    String node(String operator, Attributes attributes, List<String> inputs, String output) {
        editor.add(Node.of(UNNAMED, operator, inputs, List.of(output), attributes));
        return output;
    }

    /** Adds a node that computes a value for one reader, and returns the value's name. */
    String node(String operator, Attributes attributes, String... inputs) {
        return node(operator, attributes, List.of(inputs), number());
    }

    /** A constant that all share who ask for the same name and content. */
    String constant(String value, String suffix, Tensor tensor) {
        return constants.computeIfAbsent(
                List.of(value, suffix, tensor),
                key -> editor.addInitializer(shortened(value) + suffix, tensor));
    }

    /** A constant that belongs to no one value. */
    String constant(String hint, Tensor tensor) {
        return constant(hint, "", tensor);
    }

    /** Zero points are few. */
    String zeroPoint(Grid grid) {
        return constant(
                "zp" + (signed ? grid.zeroPoint() - 128 : grid.zeroPoint()),
                bytes(Shape.SCALAR, new int[] {grid.zeroPoint()}));
    }

    /**
     * Bytes of an activation.
     *
     * @param values 0..255 each
     */
    Tensor bytes(Shape shape, int[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length);
        for (int value : values) {
            bytes.put((byte) (signed ? value - 128 : value));
        }
        return Tensor.of(signed ? DataType.INT8 : DataType.UINT8, shape, bytes.flip());
    }

    /**
     * Always zero, but ONNX Runtime leaves a Gemm float whose weight has none; and one for each
     * layer, since its option {@code session.x64quantprecision} fails where two share one.
     */
    String weightZeroPoint(String weight, Shape shape) {
        int count = Math.toIntExact(shape.elementCount());
        return editor.addInitializer(
                shortened(weight) + "_z",
                Tensor.of(DataType.INT8, shape, ByteBuffer.allocate(count)));
    }
}
