package dev.espalier.quantize.saturation;

import dev.espalier.core.ir.Attributes;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import java.util.Arrays;
import java.util.Optional;

/**
 * A layer that multiplies unsigned by signed bytes: a Conv, Gemm or MatMul between DequantizeLinear
 * and, where it gives bytes, QuantizeLinear.
 *
 * @param node the float operator
 * @param quantize what reads its output; null where that is wanted as floats
 * @param input name of the bytes that it reads
 * @param grid of these
 * @param weight INT8: [M, C / group, kH, kW] of a Conv, [K, N] of the others
 * @param steps what 1 stands for in each output channel's 32-bit sum
 * @param bias in these steps, INT32
 */
record ByteLayer(
        Node node,
        Node quantize,
        String input,
        Grid grid,
        Tensor weight,
        Tensor steps,
        Tensor bias) {
    private static final int CONV_RANK = 4;

    /** The real value {@code (q - zeroPoint) * scale} of a byte q. */
    record Grid(float scale, int zeroPoint) {
        /** Of the inputs 1 and 2 of a QuantizeLinear or DequantizeLinear. */
        static Optional<Grid> of(Node node, ConstantValues constants) {
            Tensor zero = node.hasInput(2) ? constants.find(node.input(2)).orElse(null) : null;
            Tensor scale = constants.find(node.input(1)).orElse(null);
            boolean fits =
                    zero != null
                            && scale != null
                            && zero.dataType() == DataType.UINT8
                            && scale.elementCount() == 1;
            return fits
                    ? Optional.of(new Grid(scale.toFloats()[0], (int) zero.toLongs()[0]))
                    : Optional.empty();
        }
    }

    boolean isConv() {
        return node.is("Conv");
    }

    /** The value that a run goes on from: bytes, or floats. */
    String output() {
        return quantize == null ? node.output(0) : quantize.output(0);
    }

    /**
     * @return empty where {@code node} is no such layer
     */
    static Optional<ByteLayer> of(Node node, Graph graph, ConstantValues constants) {
        boolean known = node.is("Conv") || node.is("Gemm") || node.is("MatMul");
        if (!known) {
            return Optional.empty();
        }
        Node x = dequantize(graph, node, 0);
        Node w = dequantize(graph, node, 1);
        Node b = dequantize(graph, node, 2);
        if (x == null || w == null || node.hasInput(2) && b == null) {
            return Optional.empty();
        }
        Optional<Grid> grid = Grid.of(x, constants);
        Tensor weight = constants.find(w.input(0)).orElse(null);
        Tensor scales = constants.find(w.input(1)).orElse(null);
        if (grid.isEmpty()
                || weight == null
                || scales == null
                || weight.dataType() != DataType.INT8
                || !fits(node, weight.shape())) {
            return Optional.empty();
        }
        boolean turned = node.is("Gemm") && node.attributes().integer("transB", 0) != 0;
        Tensor upright = turned ? transposed(weight) : weight;
        int channels = Math.toIntExact(upright.shape().size(node.is("Conv") ? 0 : 1));
        float[] steps = new float[channels];
        float[] given = scales.toFloats();
        for (int c = 0; c < channels; c++) {
            steps[c] = grid.get().scale() * given[given.length == 1 ? 0 : c];
        }
        Tensor bias =
                b == null
                        ? Tensor.ofInts(Shape.of(channels), new int[channels])
                        : constants.find(b.input(0)).orElseThrow();
        return Optional.of(
                new ByteLayer(
                        node,
                        quantize(graph, node.output(0)),
                        x.input(0),
                        grid.get(),
                        upright,
                        Tensor.ofFloats(Shape.of(channels), steps),
                        bias));
    }

    private static boolean fits(Node node, Shape weight) {
        if (!node.is("Conv")) {
            return weight.rank() == 2 && node.attributes().integer("transA", 0) == 0;
        }
        return weight.rank() == CONV_RANK
                && node.attributes().string("auto_pad", "NOTSET").equals("NOTSET");
    }

    private static Node dequantize(Graph graph, Node node, int input) {
        return node.hasInput(input)
                ? graph.producer(node.input(input))
                        .filter(p -> p.is("DequantizeLinear"))
                        .orElse(null)
                : null;
    }

    private static Node quantize(Graph graph, String value) {
        return graph.consumers(value).stream()
                .filter(reader -> reader.is("QuantizeLinear"))
                .findFirst()
                .orElse(null);
    }

    private static Tensor transposed(Tensor matrix) {
        long[] from = matrix.toLongs();
        int rows = Math.toIntExact(matrix.shape().size(0));
        int columns = Math.toIntExact(matrix.shape().size(1));
        long[] to = new long[from.length];
        for (int i = 0; i < from.length; i++) {
            to[i % columns * rows + i / columns] = from[i];
        }
        return Tensor.ofIntegers(DataType.INT8, Shape.of(columns, rows), to);
    }

    Attributes attributes() {
        return node.attributes();
    }

    /**
     * The pairs of weights of all filters, in the order in which ONNX Runtime adds them up, that
     * can saturate. A depthwise convolution has none: it is computed in 32 bits.
     */
    FilterPairs[] pairs() {
        int[] values = Arrays.stream(weight.toLongs()).mapToInt(v -> (int) v).toArray();
        Shape shape = weight.shape();
        if (!isConv()) {
            int filters = Math.toIntExact(shape.size(1));
            FilterPairs[] all = new FilterPairs[filters];
            for (int n = 0; n < filters; n++) {
                all[n] = FilterPairs.ofColumn(values, n, filters);
            }
            return all;
        }
        int filters = Math.toIntExact(shape.size(0));
        int each = values.length / Math.max(1, filters);
        FilterPairs[] all = new FilterPairs[filters];
        boolean depthwise = shape.size(1) == 1 && attributes().integer("group", 1) > 1;
        for (int m = 0; m < filters; m++) {
            int[] filter = Arrays.copyOfRange(values, m * each, (m + 1) * each);
            all[m] =
                    depthwise
                            ? FilterPairs.NONE
                            : FilterPairs.ofChannelsLast(filter, Math.toIntExact(shape.size(1)));
        }
        return all;
    }
}
