package dev.espalier.quantize.internal.saturation;

import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.quantize.internal.grid.WeightPairs;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The signed bytes that one node multiplies other bytes by.
 *
 * @param node a float operator between DequantizeLinear nodes, or an integer operator
 * @param weight INT8: [M, C / groups, k..] of a convolution, [.., K, N] of a product
 * @param pairs of {@code weight} that the runtime multiplies side by side
 */
record MultipliedWeights(Node node, Tensor weight, WeightPairs pairs) {
    private static final String RUNTIME = "com.microsoft";

    /** Integer operators, with the input that is the weight. */
    private static final Map<String, Integer> INTEGER_OPERATORS =
            Map.of(
                    "QLinearConv", 3,
                    "QLinearMatMul", 3,
                    "QGemm", 3,
                    "MatMulInteger", 1,
                    "MatMulIntegerToFloat", 1,
                    "DynamicQuantizeMatMul", 1,
                    "QAttention", 1,
                    "DynamicQuantizeLSTM", 1,
                    "ConvInteger", 1);

    /** A second weight, that of the state. */
    private static final int LSTM_RECURRENCE = 2;

    /**
     * What {@link #of} found.
     *
     * @param weights none where sums are exact on every CPU, or where they cannot be seen
     * @param unseen why they cannot be seen; empty where they can, or are exact
     */
    record Finding(List<MultipliedWeights> weights, String unseen) {
        private static final Finding EXACT = new Finding(List.of(), "");

        private static Finding unseen(String why) {
            return new Finding(List.of(), why);
        }
    }

    /** Whether {@code node} multiplies bytes. */
    static boolean isIntegerLayer(Node node, Graph graph) {
        if (INTEGER_OPERATORS.containsKey(node.opType())) {
            return node.isStandard() || node.domain().equals(RUNTIME);
        }
        boolean multiplies = node.is("Conv") || node.is("Gemm") || node.is("MatMul");
        return multiplies && isDequantized(graph, node, 0) && isDequantized(graph, node, 1);
    }

    private static boolean isDequantized(Graph graph, Node node, int input) {
        return dequantize(graph, node, input).isPresent();
    }

    /** The DequantizeLinear that makes an input of {@code node}. */
    static Optional<Node> dequantize(Graph graph, Node node, int input) {
        return node.hasInput(input)
                ? graph.producer(node.input(input))
                        .filter(p -> p.opType().equals("DequantizeLinear"))
                : Optional.empty();
    }

    /** The weights of an {@linkplain #isIntegerLayer integer layer}. */
    static Finding of(Node node, Graph graph, ConstantValues constants) {
        Integer input = INTEGER_OPERATORS.get(node.opType());
        String name =
                input == null
                        ? dequantize(graph, node, 1).orElseThrow().input(0)
                        : node.hasInput(input) ? node.input(input) : "";
        Tensor weight = constants.find(name).orElse(null);
        if (weight == null) {
            return unknown(name, constants);
        }
        if (weight.dataType() != DataType.INT8) {
            return Finding.EXACT;
        }
        if (node.opType().equals("ConvInteger") || input != null && readsSigned(node, constants)) {
            return Finding.EXACT;
        }
        if (node.opType().equals("DynamicQuantizeLSTM")) {
            return recurrent(node, weight, constants);
        }
        return of(node, weight);
    }

    /** Products of signed bytes are computed in 32 bits, as long as an operator says so itself. */
    private static boolean readsSigned(Node node, ConstantValues constants) {
        return constants.type(node.input(0)).filter(type -> type == DataType.INT8).isPresent();
    }

    /** Two activations, of which the second is signed only if the model says so. */
    private static Finding unknown(String value, ConstantValues constants) {
        return constants.type(value).filter(type -> type == DataType.UINT8).isPresent()
                ? Finding.EXACT
                : Finding.unseen("its weights are computed at run time");
    }

    private static Finding recurrent(Node node, Tensor weight, ConstantValues constants) {
        Tensor state = constants.find(node.input(LSTM_RECURRENCE)).orElse(null);
        if (state == null || state.shape().rank() < 2) {
            return Finding.unseen("its weights are computed at run time");
        }
        return state.dataType() == DataType.INT8
                ? new Finding(List.of(columns(node, weight), columns(node, state)), "")
                : new Finding(List.of(columns(node, weight)), "");
    }

    private static MultipliedWeights columns(Node node, Tensor weight) {
        return new MultipliedWeights(node, weight, WeightPairs.ofColumns(weight.shape()));
    }

    private static Finding of(Node node, Tensor weight) {
        Shape shape = weight.shape();
        boolean isConv = node.opType().endsWith("Conv");
        if (shape.rank() < (isConv ? 3 : 2)) {
            return Finding.unseen("its weight has the shape " + shape);
        }
        if (isConv) {
            WeightPairs pairs = WeightPairs.ofFilters(shape, node.attributes().integer("group", 1));
            return new Finding(List.of(new MultipliedWeights(node, weight, pairs)), "");
        }
        boolean turned =
                node.opType().endsWith("Gemm") && node.attributes().integer("transB", 0) != 0;
        return new Finding(List.of(columns(node, turned ? transposed(weight) : weight)), "");
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

    /** The pairs that can saturate. */
    WeightPairs saturating() {
        return pairs.saturating(weight.toLongs());
    }

    boolean isConv() {
        return node.opType().endsWith("Conv");
    }

    /** Output channels. */
    int channels() {
        return Math.toIntExact(isConv() ? weight.shape().size(0) : weight.shape().size(-1));
    }

    /** How many of them have a pair of weights that can saturate. */
    int saturableChannels() {
        WeightPairs pairs = saturating();
        BitSet found = new BitSet();
        int inner = isConv() ? Math.toIntExact(weight.elementCount() / channels()) : 1;
        for (int i = 0; i < pairs.size(); i++) {
            found.set(pairs.first(i) / inner % channels());
        }
        return found.cardinality();
    }
}
