package dev.espalier.groupconv;

import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.GraphEditor;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.pass.Progress;
import dev.espalier.groupconv.structure.GroupStructure;
import dev.espalier.groupconv.structure.Permutation;
import dev.espalier.train.program.Regularizer;
import dev.espalier.train.run.Regularization;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Holds the weights outside of groups at 0: W * U_g in the paper, in every step of a training.
 *
 * @param structures by the weight's initializer
 */
record GroupMask(Map<String, GroupStructure> structures) implements Regularization {
    GroupMask {
        structures = Collections.unmodifiableMap(new LinkedHashMap<>(structures));
    }

    /** A number for each kernel of a weight. */
    @FunctionalInterface
    interface OfKernel {
        float of(int output, int input);
    }

    /** The tensor [Co, Ci, 1, ..] of such numbers, which fits the weight [Co, Ci, ..]. */
    static Tensor kernelwise(Tensor weight, OfKernel number) {
        int outputs = (int) weight.shape().size(0);
        int inputs = (int) weight.shape().size(1);
        float[] numbers = new float[outputs * inputs];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = number.of(i / inputs, i % inputs);
        }
        List<Dim> dims = new java.util.ArrayList<>(weight.shape().dims());
        Collections.fill(dims.subList(2, dims.size()), Dim.of(1));
        return Tensor.ofFloats(Shape.of(dims), numbers);
    }

    @Override
    public Regularizer.Kind kind() {
        return Regularizer.Kind.MASK;
    }

    @Override
    public Regularizer first(Model network, Progress progress) {
        return new Regularizer(kind(), masks(network), Map.of());
    }

    private Map<String, Tensor> masks(Model network) {
        Map<String, Tensor> masks = new LinkedHashMap<>();
        structures.forEach(
                (weight, structure) ->
                        masks.put(
                                weight,
                                mask(network.graph().constant(weight).orElseThrow(), structure)));
        return masks;
    }

    private static Tensor mask(Tensor weight, GroupStructure structure) {
        Permutation row = structure.outputs().inverse();
        Permutation column = structure.inputs().inverse();
        int height = row.size() / structure.groups();
        int width = column.size() / structure.groups();
        return kernelwise(weight, (o, i) -> row.at(o) / height == column.at(i) / width ? 1 : 0);
    }

    /** The network with those weights at 0. */
    Model apply(Model network) {
        GraphEditor editor = new GraphEditor(network.graph());
        masks(network)
                .forEach(
                        (name, mask) -> {
                            Tensor weight = network.graph().constant(name).orElseThrow();
                            float[] values = weight.toFloats();
                            float[] kept = mask.toFloats();
                            int kernel = kept.length == 0 ? 1 : values.length / kept.length;
                            for (int i = 0; i < values.length; i++) {
                                values[i] = kept[i / kernel] == 0 ? 0 : values[i];
                            }
                            editor.setInitializer(name, Tensor.ofFloats(weight.shape(), values));
                        });
        return network.withGraph(editor.build());
    }
}
