package dev.espalier.core.layer;

import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.GraphEditor;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.op.Operators;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.op.spec.Weights;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Function;

/**
 * A node that multiplies by constant weights, as {@code y = W x + b}: W [outputs, depth] has one
 * row for each output channel, the groups of a convolution one after the other, of which each reads
 * inputs of its own. Gemm's factors alpha and beta are multiplied into W and b.
 *
 * @param node the layer
 * @param form where its operator wants the weights, and along which axes what lies
 * @param weight of the shape that the node reads, with alpha multiplied in
 * @param bias b [outputs] with beta multiplied in; empty where the node reads none, and where what
 *     it reads is not a constant of one number for each output, or one for all; {@link #hasBias}
 *     tells which
 */
public record Layer(Node node, Weights form, Tensor weight, Optional<Tensor> bias) {
    /** What {@link #find} found: a layer, or the reason why there is none. */
    public record Finding(Optional<Layer> layer, String refusal) {
        /** No layer, for the reason that half a sentence gives. */
        public static Finding refused(String why) {
            return new Finding(Optional.empty(), why);
        }
    }

    /**
     * The layer that {@code node} computes; empty where it is none, or where its weight is computed
     * at run time, holds no reals or none at all, or is no matrix.
     *
     * @param constants the tensor of a constant value by name, such as {@code graph::constant}
     */
    public static Optional<Layer> of(Node node, Function<String, Optional<Tensor>> constants) {
        Weights form = Operators.weights(node).orElse(null);
        Tensor stored =
                form == null ? null : constants.apply(node.input(form.input())).orElse(null);
        if (stored == null || !stored.dataType().isFloating() || !form.fits(stored.shape())) {
            return Optional.empty();
        }
        Optional<Tensor> bias =
                constants
                        .apply(form.biasOf(node))
                        .filter(b -> b.dataType() == stored.dataType())
                        .flatMap(b -> spread(b, form.outputs(stored.shape())))
                        .map(b -> times(b, form.beta()));
        return Optional.of(new Layer(node, form, times(stored, form.alpha()), bias));
    }

    /**
     * Like {@link #of}, for passes that compute with the weights: they have to be finite float32
     * numbers, and what they multiply has to come at run time.
     *
     * @param node a layer with weights, whether constant or not
     * @return the layer, or half a sentence that says what is the matter
     */
    public static Finding find(Node node, Function<String, Optional<Tensor>> constants) {
        if (constants.apply(node.input(0)).isPresent()) {
            return Finding.refused("its first input is constant");
        }
        int input = Operators.weights(node).orElseThrow().input();
        Tensor stored = constants.apply(node.input(input)).orElse(null);
        if (stored == null) {
            return Finding.refused("its weight is computed at run time");
        }
        if (stored.dataType() != DataType.FLOAT) {
            return Finding.refused("its weight is " + stored.type() + ", not float32");
        }
        Optional<Layer> layer = of(node, constants);
        if (layer.isEmpty()) {
            return Finding.refused("its weight has the shape " + stored.shape());
        }
        return isFinite(layer.get().weight)
                ? new Finding(layer, "")
                : Finding.refused("its weight has values that are not finite");
    }

    /** A bias that broadcasts along everything but the outputs, as [outputs]. */
    private static Optional<Tensor> spread(Tensor bias, int outputs) {
        long last = bias.shape().rank() == 0 ? 1 : bias.shape().size(-1);
        if (bias.elementCount() != last || last != outputs && last != 1) {
            return Optional.empty();
        }
        Shape flat = Shape.of(outputs);
        if (last == outputs) {
            return Optional.of(bias.reshape(flat));
        }
        double[] values = new double[outputs];
        Arrays.fill(values, bias.toDoubles()[0]);
        return Optional.of(Tensor.ofReals(bias.dataType(), flat, values));
    }

    private static Tensor times(Tensor tensor, float factor) {
        if (factor == 1) {
            return tensor;
        }
        // Two float32 factors are exact in double precision, so that this rounds once.
        double[] values = tensor.toDoubles();
        for (int i = 0; i < values.length; i++) {
            values[i] *= factor;
        }
        return Tensor.ofReals(tensor.dataType(), tensor.shape(), values);
    }

    /**
     * Whether {@code node} multiplies by weights, in whatever way, so that it is worth a word where
     * it is left as it is.
     */
    public static boolean isWeighted(Node node) {
        return Operators.weights(node).isPresent()
                || Operators.has(node, Trait.MATRIX_PRODUCT)
                        && !Operators.has(node, Trait.QUANTIZED);
    }

    /** Whether all elements are finite numbers. */
    public static boolean isFinite(Tensor tensor) {
        for (float value : tensor.toFloats()) {
            if (!Float.isFinite(value)) {
                return false;
            }
        }
        return true;
    }

    /** Number of output channels. */
    public int outputs() {
        return form.outputs(weight.shape());
    }

    /** Number of weights that each output channel has. */
    public int depth() {
        return Math.toIntExact(form.depth(weight.shape()));
    }

    /** Groups of a convolution; else 1. */
    public int groups() {
        return Math.toIntExact(form.groups());
    }

    /** Whether there are several matrices, one for each position along leading axes. */
    public boolean isBatched() {
        return !form.isConvolution() && weight.shape().rank() > 2;
    }

    /** Whether the node reads a bias, constant or not. */
    public boolean hasBias() {
        return !form.biasOf(node).isEmpty();
    }

    /**
     * b [outputs] as a new array, zeros where the node reads none; empty where the operator has no
     * place for one, and where what it reads is not known.
     */
    public Optional<double[]> biasOrZeros() {
        return form.takesBias() && !hasBias()
                ? Optional.of(new double[outputs()])
                : bias.map(Tensor::toDoubles);
    }

    /** Where the elements of W are in {@link #weight}. */
    public RowOrder order() {
        return RowOrder.of(form, weight.shape());
    }

    /** The input channel that element {@code column} of row {@code row} is multiplied by. */
    public int inputChannel(int row, int column) {
        int axis = form.inputAxis(weight.shape());
        int perGroup = Math.toIntExact(weight.shape().size(axis) / (axis == 0 ? form.groups() : 1));
        int group = row / (outputs() / groups());
        return group * perGroup + column / (depth() / perGroup);
    }

    /** W, as new arrays. */
    public double[][] rows() {
        RowOrder order = order();
        double[] values = weight.toDoubles();
        double[][] rows = new double[order.rows()][order.columns()];
        for (int m = 0; m < rows.length; m++) {
            for (int d = 0; d < rows[m].length; d++) {
                rows[m][d] = values[order.position(m, d)];
            }
        }
        return rows;
    }

    /** The sum of the magnitudes of each row of W, as a new array. */
    public double[] norms() {
        RowOrder order = order();
        float[] values = weight.toFloats();
        double[] norms = new double[order.rows()];
        for (int m = 0; m < norms.length; m++) {
            for (int d = 0; d < order.columns(); d++) {
                norms[m] += Math.abs((double) values[order.position(m, d)]);
            }
        }
        return norms;
    }

    /** This layer with another W; not modified. */
    public Layer withRows(double[][] rows) {
        RowOrder order = order();
        double[] values = new double[Math.toIntExact(weight.elementCount())];
        for (int m = 0; m < rows.length; m++) {
            for (int d = 0; d < rows[m].length; d++) {
                values[order.position(m, d)] = rows[m][d];
            }
        }
        return withWeight(Tensor.ofReals(weight.dataType(), weight.shape(), values));
    }

    /** This layer with another weight of the same shape. */
    public Layer withWeight(Tensor changed) {
        return new Layer(node, form, changed, bias);
    }

    /** This layer with another b [outputs]; not modified. */
    public Layer withBias(double[] values) {
        Tensor changed = Tensor.ofReals(weight.dataType(), Shape.of(values.length), values);
        return new Layer(node, form, weight, Optional.of(changed));
    }

    /** {@code model}, in which this layer is, with its weight; alpha is 1 from then on. */
    public Model putWeight(Model model) {
        return put(model, form.input(), weight, "alpha");
    }

    /**
     * {@code model}, in which this layer is, with its bias; beta is 1 from then on.
     *
     * @throws java.util.NoSuchElementException where it has none
     */
    public Model putBias(Model model) {
        return put(model, form.bias(), bias.orElseThrow(), "beta");
    }

    private Model put(Model model, int input, Tensor tensor, String factor) {
        Graph graph = model.graph();
        Node current = graph.producer(node.output(0)).orElse(null);
        if (current == null) {
            return model; // No output depends on this layer, so that an earlier edit removed it.
        }
        GraphEditor editor = new GraphEditor(graph);
        String hint = current.input(form.input()) + "_bias";
        Node changed = NodeConstant.give(editor, graph, current, input, tensor, hint);
        changed = changed.withAttributes(changed.attributes().without(factor));
        return model.withGraph(editor.replace(current, changed).removeUnused().build());
    }
}
