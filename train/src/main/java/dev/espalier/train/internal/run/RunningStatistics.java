package dev.espalier.train.internal.run;

import dev.espalier.core.data.Augmentation;
import dev.espalier.core.data.Batch;
import dev.espalier.core.data.BatchStream;
import dev.espalier.core.data.Batching;
import dev.espalier.core.data.Dataset;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.GraphEditor;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.Progress;
import dev.espalier.train.internal.torch.TorchModule;
import dev.espalier.train.program.Slot;
import dev.espalier.train.program.TorchProgram;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * Measures the running mean and variance of batch normalization anew: each is the mean over batches
 * of training examples, shuffled but not augmented, of what a normalization sees where all before
 * it normalize by the statistics of their batch, as they do in training. Weights stay.
 *
 * <p>See Izmailov et al., Averaging Weights Leads to Wider Optima and Better Generalization, 2018,
 * section 3.2, for why averaged weights need it.
 */
public final class RunningStatistics {
    private static final int BATCH = 128;
    private static final int MEAN = 3;
    private static final int VARIANCE = 4;

    private final Model model;
    private final List<Node> norms;

    private RunningStatistics(Model model, List<Node> norms) {
        this.model = model;
        this.norms = norms;
    }

    /**
     * Finds the normalizations of {@code model} whose statistics can be measured.
     *
     * @param refused told of the others, and why
     */
    public static RunningStatistics of(Model model, BiConsumer<String, String> refused) {
        Graph graph = model.graph();
        List<Node> norms = new ArrayList<>();
        for (Node node : graph.nodes()) {
            if (node.is("BatchNormalization")) {
                if (isFloat(graph, node.input(MEAN)) && isFloat(graph, node.input(VARIANCE))) {
                    norms.add(node);
                } else {
                    refused.accept(
                            node.label(),
                            "not measured: its mean or variance is no float32 initializer");
                }
            }
        }
        return new RunningStatistics(model, norms);
    }

    private static boolean isFloat(Graph graph, String name) {
        return graph.initializers().containsKey(name)
                && graph.initializers().get(name).tensor().dataType() == DataType.FLOAT;
    }

    /** Number of normalizations. */
    public int count() {
        return norms.size();
    }

    /**
     * The model with measured statistics; the model itself where it has none.
     *
     * @param samples at most so many training examples are looked at
     * @param augmentation what happens to them. Statistics of other images than those that weights
     *     were trained on cost accuracy: a border of padding alone moves them by tenths of their
     *     standard deviations
     * @throws dev.espalier.core.UnsupportedModelException where an operator on the way to a
     *     normalization has no TorchScript form
     * @throws dev.espalier.core.DataException where the data does not fit the model
     */
    public Model measure(PassContext context, int samples, Augmentation augmentation) {
        Dataset training = context.data().training();
        if (norms.isEmpty() || training.size() == 0) {
            return model;
        }
        Model separate = separate();
        int batch = Math.min(Math.min(BATCH, samples), training.size());
        TrainingData.requireInputs(separate, context.inputShapes(), training, batch);
        TorchProgram program =
                TorchProgram.measuring(
                        separate,
                        context.inputShapes().withBatch(batch),
                        norms.stream().map(node -> node.output(0)).toList());
        Batching batching = Batching.training(batch, augmentation, context.seed());
        int count = Math.min(batching.batches(training.size()), Math.max(1, samples / batch));
        GraphEditor editor = new GraphEditor(separate.graph());
        try (TorchModule module = TorchModule.load(program.archive());
                BatchStream batches = BatchStream.open(training, batching, 0);
                Progress.Task task =
                        context.progress()
                                .begin("batch-norm statistics", (long) count * batch, "images")) {
            for (int i = 0; i < count; i++) {
                context.checkCancelled();
                Batch examples = batches.next();
                List<Tensor> arguments = TrainingData.inputs(separate, examples);
                // The mean of all batches so far moves by this share of the distance to the next.
                arguments.add(Tensor.ofFloats(Shape.of(1), 1f / (i + 1)));
                module.run("measure", arguments);
                batches.recycle(examples);
                task.advance(batch);
            }
            Map<Slot, Tensor> measured = program.bySlot(module.run("state", List.of()));
            measured.forEach((slot, tensor) -> editor.setInitializer(slot.name(), tensor));
        }
        return separate.withGraph(editor.build());
    }

    /** The model with no statistic in two places: each normalization sees values of its own. */
    private Model separate() {
        GraphEditor editor = new GraphEditor(model.graph());
        Set<String> taken = new HashSet<>();
        boolean changed = false;
        for (Node node : norms) {
            Node own = node;
            for (int i : new int[] {MEAN, VARIANCE}) {
                String name = node.input(i);
                if (!taken.add(name)) {
                    Tensor tensor = model.graph().constant(name).orElseThrow();
                    own = own.withInput(i, editor.addInitializer(name, tensor));
                }
            }
            if (own != node) {
                editor.replace(node, own);
                changed = true;
            }
        }
        return changed ? model.withGraph(editor.build()) : model;
    }

    /**
     * Greatest distance between a running mean of {@code model} and the one in {@code measured}, in
     * standard deviations of the former.
     */
    public double shift(Model measured) {
        double greatest = 0;
        for (Node node : norms) {
            Node after = measured.graph().producer(node.output(0)).orElseThrow();
            float[] before = floats(model, node.input(MEAN));
            float[] variances = floats(model, node.input(VARIANCE));
            float[] now = floats(measured, after.input(MEAN));
            float epsilon = node.attributes().real("epsilon", 1e-5f);
            for (int i = 0; i < before.length; i++) {
                double deviation = Math.sqrt(Math.max(0, variances[i]) + epsilon);
                greatest = Math.max(greatest, Math.abs(now[i] - before[i]) / deviation);
            }
        }
        return greatest;
    }

    private static float[] floats(Model model, String name) {
        return model.graph().constant(name).orElseThrow().toFloats();
    }
}
