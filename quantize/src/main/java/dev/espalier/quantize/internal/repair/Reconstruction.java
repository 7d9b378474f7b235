package dev.espalier.quantize.internal.repair;

import dev.espalier.core.data.ModelRunner;
import dev.espalier.core.data.Seeds;
import dev.espalier.core.ir.Attributes;
import dev.espalier.core.ir.GraphEditor;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.layer.Layer;
import dev.espalier.core.pass.PassContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Gathers what one layer reads in the network as it is so far, and what it gives in the float
 * network, on calibration data: the {@link Moments} of each of its groups.
 */
public final class Reconstruction {
    /** Columns for each element of one: enough that fitting them says something about others. */
    private static final int COLUMNS_PER_ELEMENT = 32;

    private static final int LEAST_COLUMNS_PER_SAMPLE = 8;

    private final Layer layer;
    private final List<Map<String, Tensor>> inputs;
    private final PassContext context;

    public Reconstruction(Layer layer, List<Map<String, Tensor>> inputs, PassContext context) {
        this.layer = layer;
        this.inputs = inputs;
        this.context = context;
    }

    /**
     * @param exact the float network
     * @param current the network whose earlier layers are changed already
     */
    public List<Moments> run(Model exact, Model current) {
        List<Moments> groups = new ArrayList<>();
        int channels = layer.outputs() / layer.groups();
        for (int g = 0; g < layer.groups(); g++) {
            groups.add(new Moments(layer.depth(), channels));
        }
        Model exposing = withColumns(current);
        String columns = columnsName(exposing, current);
        String output = layer.node().output(0);
        SplittableRandom random = new SplittableRandom(Seeds.mix(context.seed(), 1));
        try (ModelRunner.Session x = context.runner().open(exposing, List.of(columns));
                ModelRunner.Session y = context.runner().open(exact, List.of(output))) {
            String input = layer.node().input(0);
            for (int batch = 0; batch < inputs.size(); batch++) {
                context.checkCancelled();
                Tensor read = x.run(inputs.get(batch)).get(columns);
                Tensor wanted = y.run(inputs.get(batch)).get(output);
                CalibrationInputs.finite(read, input, layer, inputs, batch);
                CalibrationInputs.finite(wanted, output, layer, inputs, batch);
                add(groups, read, wanted, random);
            }
        }
        return groups;
    }

    /**
     * The model with what each filter of a convolution is multiplied by as a value of its own, [N,
     * groups * depth, ..]: a convolution whose filters each pick one input, so that padding and
     * strides are the runtime's.
     */
    private Model withColumns(Model model) {
        Node node = model.graph().producer(layer.node().output(0)).orElseThrow();
        if (!layer.form().isConvolution()) {
            return model;
        }
        int depth = layer.depth();
        float[] picks = new float[Math.multiplyExact(layer.groups(), depth * depth)];
        for (int i = 0; i < layer.groups() * depth; i++) {
            picks[i * depth + i % depth] = 1;
        }
        Shape weight = layer.weight().shape();
        long[] sizes = new long[weight.rank()];
        for (int a = 0; a < sizes.length; a++) {
            sizes[a] = a == 0 ? (long) layer.groups() * depth : weight.size(a);
        }
        GraphEditor editor = new GraphEditor(model.graph());
        String filters =
                editor.addInitializer("columns_filters", Tensor.ofFloats(Shape.of(sizes), picks));
        Attributes attributes = node.attributes();
        editor.add(
                Node.of(
                        "",
                        "Conv",
                        List.of(node.input(0), filters),
                        List.of(editor.freshName("columns")),
                        attributes));
        return model.withGraph(editor.build());
    }

    private String columnsName(Model exposing, Model current) {
        return exposing == current
                ? layer.node().input(0)
                : exposing.graph().nodes().stream()
                        .filter(node -> current.graph().producer(node.output(0)).isEmpty())
                        .findFirst()
                        .orElseThrow()
                        .output(0);
    }

    private void add(List<Moments> groups, Tensor read, Tensor wanted, SplittableRandom random) {
        float[] x = read.toFloats();
        float[] y = wanted.toFloats();
        int depth = layer.depth();
        int width = depth * layer.groups();
        int channels = layer.outputs();
        boolean isConv = layer.form().isConvolution();
        int positions = 1;
        for (int a = 2; isConv && a < read.shape().rank(); a++) {
            positions *= Math.toIntExact(read.shape().size(a));
        }
        int samples = x.length / width / positions;
        int all = samples * positions;
        int chosen = Math.min(all, samples * columnsPerSample(samples, all));
        double[] input = new double[depth];
        double[] output = new double[channels / layer.groups()];
        for (int k = 0; k < chosen; k++) {
            int at = chosen == all ? k : random.nextInt(all);
            int n = at / positions;
            int p = at % positions;
            for (int g = 0; g < layer.groups(); g++) {
                for (int d = 0; d < depth; d++) {
                    input[d] = x[(n * width + g * depth + d) * positions + p];
                }
                for (int m = 0; m < output.length; m++) {
                    output[m] = y[(n * channels + g * output.length + m) * positions + p];
                }
                groups.get(g).add(input, output);
            }
        }
    }

    /** Of one of {@code samples} samples of a batch with {@code all} columns together. */
    private int columnsPerSample(int samples, int all) {
        long wanted = (long) COLUMNS_PER_ELEMENT * layer.depth();
        long batches = inputs.size();
        long each = (wanted + batches * samples - 1) / (batches * samples);
        return (int) Math.min(all, Math.max(LEAST_COLUMNS_PER_SAMPLE, each));
    }
}
