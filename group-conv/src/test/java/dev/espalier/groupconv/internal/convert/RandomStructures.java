package dev.espalier.groupconv.internal.convert;

import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Shape;
import dev.espalier.groupconv.structure.GroupStructure;
import dev.espalier.groupconv.structure.Permutation;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Predicate;

/** Structures for the convolutions of a model that say nothing about its weights. */
final class RandomStructures {
    private RandomStructures() {}

    /** Names of the dense convolutions with an even number of inputs and outputs. */
    static List<String> layers(Model model) {
        return model.graph().nodes().stream()
                .filter(node -> node.is("Conv"))
                .filter(node -> Convolutions.refusal(model.graph(), node).isEmpty())
                .filter(node -> most(model, node) > 1)
                .map(Convolutions::key)
                .toList();
    }

    /** The most groups, a power of two up to 8, that a convolution can have. */
    private static int most(Model model, Node conv) {
        Shape weight = model.graph().initializers().get(conv.input(1)).tensor().shape();
        int most = 1;
        while (most < 8 && weight.size(0) % (2L * most) == 0 && weight.size(1) % (2L * most) == 0) {
            most *= 2;
        }
        return most;
    }

    /** Every layer has two orders of its own. */
    static Map<String, GroupStructure> independent(Model model, Random random) {
        Map<String, GroupStructure> structures = new LinkedHashMap<>();
        for (String layer : layers(model)) {
            Node conv = Convolutions.find(model.graph(), layer);
            Shape weight = model.graph().initializers().get(conv.input(1)).tensor().shape();
            structures.put(
                    layer,
                    new GroupStructure(
                            groups(model, conv, random),
                            order((int) weight.size(0), random),
                            order((int) weight.size(1), random)));
        }
        return structures;
    }

    /**
     * All layers that meet on the same channels have one order.
     *
     * @param apart the layers that read in an order of their own all the same
     */
    static Map<String, GroupStructure> shared(Model model, Predicate<String> apart, Random random) {
        List<String> layers = layers(model);
        CoupledSides sides = CoupledSides.of(model, layers, InputShapes.ofBatch(1));
        Map<Integer, Permutation> orders = new HashMap<>();
        Map<String, GroupStructure> structures = new LinkedHashMap<>();
        for (String layer : layers) {
            Node conv = Convolutions.find(model.graph(), layer);
            Shape weight = model.graph().initializers().get(conv.input(1)).tensor().shape();
            int outputs = (int) weight.size(0);
            int inputs = (int) weight.size(1);
            Permutation made = shared(orders, sides.outputs().get(layer), outputs, random);
            Permutation read = shared(orders, sides.inputs().get(layer), inputs, random);
            structures.put(
                    layer,
                    new GroupStructure(
                            groups(model, conv, random),
                            made,
                            apart.test(layer) ? order(inputs, random) : read));
        }
        return structures;
    }

    /** Channels that cannot be put in any order stay as they are. */
    private static Permutation shared(
            Map<Integer, Permutation> orders, Integer channels, int size, Random random) {
        return channels == null
                ? Permutation.identity(size)
                : orders.computeIfAbsent(channels, k -> order(size, random));
    }

    private static int groups(Model model, Node conv, Random random) {
        int most = most(model, conv);
        return most == 2 ? 2 : 2 << random.nextInt(Integer.numberOfTrailingZeros(most));
    }

    static Permutation order(int size, Random random) {
        List<Integer> channels = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            channels.add(i);
        }
        Collections.shuffle(channels, random);
        return Permutation.of(channels.stream().mapToInt(Integer::intValue).toArray());
    }
}
