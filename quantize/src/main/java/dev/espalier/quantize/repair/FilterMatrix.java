package dev.espalier.quantize.repair;

import dev.espalier.core.analysis.ShapeInference;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.GraphEditor;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.quantize.grid.PairedWeights;
import dev.espalier.quantize.kernel.LayerPairs;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;

/**
 * A Conv, Gemm or MatMul with constant weight, seen as the product of a matrix of filters with a
 * column of inputs: {@code y = W x + b}, W [channels, depth] with one row for each output channel.
 *
 * @param node the layer
 * @param weight as in the model
 * @param rowAxis the axis of {@code weight} along which output channels lie: 0, or 1 of a matrix
 * @param groups of a convolution, each of which reads inputs of its own; else 1
 */
public record FilterMatrix(Node node, Tensor weight, int rowAxis, int groups) {
    private static final int WEIGHT = 1;
    private static final int BIAS = 2;
    private static final Set<String> KNOWN = Set.of("Conv", "Gemm", "MatMul");
    private static final Set<String> OTHERS = Set.of("ConvTranspose", "LSTM", "GRU", "RNN");

    /** What {@link #of} found: a layer, or the reason why there is none. */
    public record Finding(Optional<FilterMatrix> layer, String refusal) {
        private static Finding refused(String why) {
            return new Finding(Optional.empty(), why);
        }
    }

    /** Whether {@code node} multiplies by weights, so that it is worth a word when it is left. */
    public static boolean isWeighted(Node node) {
        return node.isStandard()
                && (KNOWN.contains(node.opType()) || OTHERS.contains(node.opType()));
    }

    /** The layer that {@code node}, a weighted one, computes. */
    public static Finding of(Node node, ShapeInference types) {
        if (!KNOWN.contains(node.opType())) {
            return Finding.refused("only Conv, Gemm and MatMul are taken");
        }
        Tensor weight = types.constant(node.input(WEIGHT)).orElse(null);
        if (types.constant(node.input(0)).isPresent()) {
            return Finding.refused("its first input is constant");
        }
        if (weight == null) {
            return Finding.refused("its weight is computed at run time");
        }
        if (weight.dataType() != DataType.FLOAT) {
            return Finding.refused("its weight is " + weight.type() + ", not float32");
        }
        int rank = weight.shape().rank();
        if (weight.elementCount() == 0 || rank < 2 || rank > 2 && !node.is("Conv")) {
            return Finding.refused("its weight has the shape " + weight.shape());
        }
        for (float w : weight.toFloats()) {
            if (!Float.isFinite(w)) {
                return Finding.refused("its weight has values that are not finite");
            }
        }
        if (node.attributes().integer("transA", 0) != 0) {
            return Finding.refused("its input is transposed");
        }
        if (node.attributes().real("alpha", 1) != 1) {
            return Finding.refused("its product has a factor alpha");
        }
        boolean isRows = node.is("Conv") || node.attributes().integer("transB", 0) != 0;
        int groups = Math.toIntExact(node.attributes().integer("group", 1));
        return new Finding(Optional.of(new FilterMatrix(node, weight, isRows ? 0 : 1, groups)), "");
    }

    /** This layer with other weights of the same shape. */
    FilterMatrix withWeight(Tensor changed) {
        return new FilterMatrix(node, changed, rowAxis, groups);
    }

    /** Number of output channels. */
    int channels() {
        return Math.toIntExact(weight.shape().size(rowAxis));
    }

    /** Number of inputs that one output channel reads. */
    int depth() {
        return Math.toIntExact(weight.elementCount() / channels());
    }

    /** The input channel that element {@code column} of row {@code row} is multiplied by. */
    int inputChannel(int row, int column) {
        if (!node.is("Conv")) {
            return column;
        }
        int perGroup = Math.toIntExact(weight.shape().size(1));
        int group = row / (channels() / groups);
        return group * perGroup + column / (depth() / perGroup);
    }

    /**
     * For each row of W the weights that {@code quantize} is going to have multiplied in pairs.
     *
     * @param model in which this layer is
     * @param types of {@code model}
     */
    PairedWeights[] pairs(Model model, ShapeInference types) {
        int perRow = rowAxis == 0 ? depth() : 1;
        return PairedWeights.of(
                weight.toFloats(),
                LayerPairs.of(node, model.graph(), types),
                channels(),
                position -> position / perRow % channels());
    }

    /** W, as new arrays. */
    public double[][] rows() {
        double[] values = weight.toDoubles();
        double[][] rows = new double[channels()][depth()];
        for (int m = 0; m < rows.length; m++) {
            for (int d = 0; d < rows[m].length; d++) {
                rows[m][d] = values[index(m, d)];
            }
        }
        return rows;
    }

    private int index(int row, int column) {
        return rowAxis == 0 ? row * depth() + column : column * channels() + row;
    }

    /**
     * {@code model}, in which this layer is, with another W.
     *
     * @param rows W; not modified
     */
    public Model withRows(Model model, double[][] rows) {
        return with(model, WEIGHT, withRows(rows).weight());
    }

    /** This layer with another W; not modified. */
    public FilterMatrix withRows(double[][] rows) {
        double[] values = new double[Math.toIntExact(weight.elementCount())];
        for (int m = 0; m < rows.length; m++) {
            for (int d = 0; d < rows[m].length; d++) {
                values[index(m, d)] = rows[m][d];
            }
        }
        return withWeight(Tensor.ofReals(DataType.FLOAT, weight.shape(), values));
    }

    /**
     * b [channels] as a new array, zeros where there is none; empty where the layer has no place
     * for one, or has one that is not a constant of one number for each channel.
     */
    public Optional<double[]> bias(ShapeInference types) {
        if (node.is("MatMul") || node.attributes().real("beta", 1) != 1) {
            return Optional.empty();
        }
        if (!node.hasInput(BIAS)) {
            return Optional.of(new double[channels()]);
        }
        Tensor bias = types.constant(node.input(BIAS)).orElse(null);
        if (bias == null) {
            return Optional.empty();
        }
        double[] values = bias.toDoubles();
        boolean isLast = bias.shape().rank() > 0 && bias.shape().size(-1) == values.length;
        if (values.length == 1) {
            double[] spread = new double[channels()];
            Arrays.fill(spread, values[0]);
            return Optional.of(spread);
        }
        return values.length == channels() && isLast ? Optional.of(values) : Optional.empty();
    }

    /** {@code model}, in which this layer is, with another b; only where {@link #bias} is there. */
    public Model withBias(Model model, double[] bias) {
        return with(model, BIAS, Tensor.ofReals(DataType.FLOAT, Shape.of(bias.length), bias));
    }

    private Model with(Model model, int input, Tensor tensor) {
        Graph graph = model.graph();
        Node current = graph.producer(node.output(0)).orElse(null);
        if (current == null) {
            return model; // No output depends on this layer, so that an earlier edit removed it.
        }
        GraphEditor editor = new GraphEditor(graph);
        Node changed =
                NodeConstant.give(
                        editor, graph, current, input, tensor, current.input(WEIGHT) + "_bias");
        return model.withGraph(editor.replace(current, changed).removeUnused().build());
    }
}
