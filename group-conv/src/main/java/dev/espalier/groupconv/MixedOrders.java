package dev.espalier.groupconv;

import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.ir.Model;
import dev.espalier.core.pass.Progress;
import dev.espalier.groupconv.internal.convert.GroupConversion;
import dev.espalier.groupconv.option.OrderSharing;
import dev.espalier.groupconv.option.ShuffleSettings;
import dev.espalier.groupconv.structure.GroupStructure;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Chooses which layers read in an order of their own where all other orders are those of a stage.
 * In a stage of one order groups hardly exchange anything; each layer that reads in another one
 * mixes them, keeps more of its weights, and costs one Gather.
 *
 * <p>As many Gathers may stay as leave {@code folded} of the permutations without one. What the
 * stages need anyway is counted first, by a conversion in two groups: a shortcut that adds channels
 * costs one. The rest goes to the layers in even parts along the graph, so that groups mix all the
 * way, and in each part to the layer whose loss falls most.
 *
 * @param model as it is before any training
 * @param layers of it that are to be cut, in the order of the graph
 * @param shapes sizes for what the model's inputs leave open
 */
record MixedOrders(Model model, List<GroupableLayer> layers, InputShapes shapes) {
    private static final int GROUPS = 2;
    private static final int SIDES = 2;

    /** The orders to be learned under {@code settings}. */
    SharedOrders of(ShuffleSettings settings, long seed, Progress progress) {
        SharedOrders stages = SharedOrders.of(model, layers, OrderSharing.STAGE, shapes);
        List<JointSearch.Member> members = new ArrayList<>();
        for (int i = 0; i < layers.size(); i++) {
            members.add(
                    new JointSearch.Member(
                            layers.get(i).norms(model),
                            stages.inputs().get(i),
                            stages.outputs().get(i)));
        }
        JointSearch search = new ChannelOrders(settings).search(seed);
        List<Shuffle> shuffles = search.find(members, progress);
        int most = (int) Math.floor((1 - settings.folded()) * SIDES * layers.size() + 1e-9);
        int open = Math.max(0, most - gathers(shuffles));
        List<Integer> candidates =
                IntStream.range(0, layers.size())
                        .filter(i -> stages.sides(stages.inputs().get(i)) > 1)
                        .boxed()
                        .toList();
        List<Double> gains = new ArrayList<>();
        for (int i = 0; i < layers.size(); i++) {
            gains.add(search.gain(members.get(i), shuffles.get(i)));
        }
        return stages.apart(chosen(candidates, gains, open));
    }

    /** How many stay where each layer has two groups in these orders. */
    private int gathers(List<Shuffle> shuffles) {
        Map<String, GroupStructure> structures = new LinkedHashMap<>();
        for (int i = 0; i < layers.size(); i++) {
            structures.put(layers.get(i).name(), shuffles.get(i).structure(GROUPS));
        }
        return GroupConversion.convert(model, structures, shapes).gathers();
    }

    /** Of each of {@code number} equal parts of the candidates the one with the greatest gain. */
    static List<Integer> chosen(List<Integer> candidates, List<Double> gains, int number) {
        int parts = Math.min(number, candidates.size());
        List<Integer> chosen = new ArrayList<>();
        for (int part = 0; part < parts; part++) {
            int from = part * candidates.size() / parts;
            int to = (part + 1) * candidates.size() / parts;
            chosen.add(
                    candidates.subList(from, to).stream()
                            .max(Comparator.comparingDouble(gains::get))
                            .orElseThrow());
        }
        return chosen;
    }
}
