package dev.espalier.groupconv;

import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.pass.Progress;
import dev.espalier.groupconv.option.ShuffleSettings;
import dev.espalier.groupconv.option.SparsifySettings;
import dev.espalier.groupconv.structure.Permutation;
import dev.espalier.train.program.Regularizer;
import dev.espalier.train.run.Regularization;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Draws the weights outside of each layer's groups to zero. After every epoch the shuffle of each
 * layer is sought anew from where it was, its level is how often it could be cut then, and lambda
 * is set by what all layers together could remove. R_g of a layer at level j has g = j + 1 levels:
 * what is outside of its groups keeps being drawn, and the next cut is prepared.
 *
 * @param layers what may be cut
 * @param orders which of their sides have one order
 * @param shuffle where orders come from
 * @param settings of the training
 * @param target share of all layers' cost that shall go
 * @param seed of orders
 */
record Sparsification(
        List<CuttableLayer> layers,
        SharedOrders orders,
        ShuffleSettings shuffle,
        SparsifySettings settings,
        double target,
        long seed)
        implements Regularization {
    private static final String LAMBDA = "lambda";
    private static final String REMOVED = "removed";

    Sparsification {
        layers = List.copyOf(layers);
    }

    @Override
    public Regularizer.Kind kind() {
        return settings.step() == SparsifySettings.Step.PROXIMAL
                ? Regularizer.Kind.PROXIMAL
                : Regularizer.Kind.SUBGRADIENT;
    }

    @Override
    public Regularizer first(Model network, Progress progress) {
        List<Shuffle> shuffles = beginnings(network, progress);
        double removed = levels(network, shuffles).removed();
        return regularizer(0, network, shuffles, settings.lambdaStep(), List.of((float) removed));
    }

    /** The shuffle of each layer before any training. */
    List<Shuffle> beginnings(Model network, Progress progress) {
        return new ChannelOrders(shuffle)
                .first(
                        members(network),
                        layers.stream().map(layer -> layer.groupsFor(target)).toList(),
                        seed,
                        progress);
    }

    private List<JointSearch.Member> members(Model network) {
        List<JointSearch.Member> members = new ArrayList<>();
        for (int i = 0; i < layers.size(); i++) {
            members.add(
                    new JointSearch.Member(
                            layers.get(i).layer().norms(network),
                            orders.inputs().get(i),
                            orders.outputs().get(i)));
        }
        return members;
    }

    @Override
    public Regularizer after(int epoch, Model network, Regularizer before) {
        List<Shuffle> shuffles =
                new ChannelOrders(shuffle).refreshed(members(network), shuffles(before));
        List<Float> trace = new ArrayList<>(removed(before));
        double removed = levels(network, shuffles).removed();
        double lambda =
                controller().next(lambda(before), epoch - 1, removed, trace.get(trace.size() - 1));
        trace.add((float) removed);
        return regularizer(epoch, network, shuffles, lambda, trace);
    }

    private GroupLevels levels(Model network, List<Shuffle> shuffles) {
        return GroupLevels.at(1 - settings.threshold(), layers, kept(network, shuffles));
    }

    /** What each layer would keep, by level. */
    List<List<Double>> kept(Model network, List<Shuffle> shuffles) {
        List<List<Double>> kept = new ArrayList<>();
        for (int i = 0; i < layers.size(); i++) {
            CuttableLayer each = layers.get(i);
            kept.add(each.kept(each.layer().norms(network), shuffles.get(i)));
        }
        return kept;
    }

    /**
     * @param epoch the next one, counted from 0
     */
    private Regularizer regularizer(
            int epoch, Model network, List<Shuffle> shuffles, double lambda, List<Float> removed) {
        Map<String, Tensor> strengths = new LinkedHashMap<>();
        Map<String, Tensor> memory = new LinkedHashMap<>();
        memory.put(LAMBDA, vector(List.of((float) lambda)));
        memory.put(REMOVED, vector(removed));
        double inEffect = controller().inEffect(lambda, epoch);
        List<Integer> levels = levels(network, shuffles).levels();
        for (int i = 0; i < layers.size(); i++) {
            String weight = layers.get(i).layer().weight();
            int cuts = Math.min(levels.get(i) + 1, layers.get(i).most());
            Tensor values = network.graph().constant(weight).orElseThrow();
            strengths.put(
                    weight, strength(values, shuffles.get(i), cuts, inEffect * magnitude(values)));
            memory.put(outputs(weight), vector(shuffles.get(i).outputs()));
            memory.put(inputs(weight), vector(shuffles.get(i).inputs()));
        }
        return new Regularizer(kind(), strengths, memory);
    }

    private Tensor strength(Tensor weight, Shuffle order, int cuts, double lambda) {
        int rows = order.outputs().size();
        int columns = order.inputs().size();
        CostMatrix cost = CostMatrix.full(rows, columns, shuffle.power()).cut(cuts);
        Permutation row = order.outputs().inverse();
        Permutation column = order.inputs().inverse();
        return GroupMask.kernelwise(
                weight, (o, i) -> (float) (lambda * cost.at(row.at(o), column.at(i))));
    }

    private static double magnitude(Tensor weight) {
        double sum = 0;
        float[] values = weight.toFloats();
        for (float value : values) {
            sum += Math.abs(value);
        }
        return values.length == 0 ? 0 : sum / values.length;
    }

    private static String outputs(String weight) {
        return weight + " outputs";
    }

    private static String inputs(String weight) {
        return weight + " inputs";
    }

    private static Tensor vector(Permutation order) {
        return vector(Arrays.stream(order.toArray()).mapToObj(channel -> (float) channel).toList());
    }

    private static Tensor vector(List<Float> values) {
        float[] floats = new float[values.size()];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = values.get(i);
        }
        return Tensor.ofFloats(Shape.of(floats.length), floats);
    }

    /** The shuffle of each layer that a regularizer of this was made of. */
    List<Shuffle> shuffles(Regularizer regularizer) {
        return layers.stream()
                .map(each -> each.layer().weight())
                .map(
                        weight ->
                                new Shuffle(
                                        order(regularizer, outputs(weight)),
                                        order(regularizer, inputs(weight))))
                .toList();
    }

    private static Permutation order(Regularizer regularizer, String name) {
        float[] channels = regularizer.memory().get(name).toFloats();
        int[] order = new int[channels.length];
        for (int i = 0; i < order.length; i++) {
            order[i] = (int) channels[i];
        }
        return Permutation.of(order);
    }

    /** The share that could be removed before training and after each epoch. */
    static List<Float> removed(Regularizer regularizer) {
        List<Float> removed = new ArrayList<>();
        for (float share : regularizer.memory().get(REMOVED).toFloats()) {
            removed.add(share);
        }
        return removed;
    }

    /** Lambda as it would be in the next epoch. */
    static double lambda(Regularizer regularizer) {
        return regularizer.memory().get(LAMBDA).toFloats()[0];
    }

    private LambdaController controller() {
        return new LambdaController(
                settings.lambdaStep(), target, settings.warmup(), settings.epochs());
    }
}
