package dev.espalier.quantize.internal.repair;

import dev.espalier.core.analysis.ChannelGroup;
import dev.espalier.core.analysis.ChannelGroups;
import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.ir.Attributes;
import dev.espalier.core.ir.GraphEditor;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import java.util.List;
import java.util.SplittableRandom;

/** Does on purpose what equalization undoes. */
final class SpreadChannels {
    private SpreadChannels() {}

    /**
     * {@code model} with its channels multiplied by random powers of two from {@code 2^-most} to
     * {@code 2^most}, and divided where they are read: the outputs stay the same to the last bit.
     */
    static Model spread(Model model, int most, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        ChannelGroups groups = ChannelGroups.of(model, InputShapes.ofBatch(1));
        ScaledWeights weights = new ScaledWeights(groups.types());
        for (ChannelGroup group : groups.groups()) {
            List<ScaledChannels> segments =
                    new GroupSegments(groups, group).find((where, reason) -> {});
            for (ScaledChannels segment : segments) {
                double[] factors = new double[group.size()];
                double[] inverse = new double[group.size()];
                for (int c = 0; c < factors.length; c++) {
                    factors[c] = Math.scalb(1.0, random.nextInt(-most, most + 1));
                    inverse[c] = 1 / factors[c];
                }
                segment.rows().forEach(s -> weights.multiply(s, group, factors));
                segment.followers().forEach(s -> weights.multiply(s, group, factors));
                segment.columns().forEach(s -> weights.multiply(s, group, inverse));
            }
        }
        return weights.write(model);
    }

    /**
     * {@code model} with Relu in place of every Clip: a bound of 6 would not let factors through.
     */
    static Model unbounded(Model model) {
        GraphEditor editor = new GraphEditor(model.graph());
        for (Node node : model.graph().nodes()) {
            if (node.is("Clip")) {
                editor.replace(
                        node,
                        Node.of(
                                node.name(),
                                "Relu",
                                List.of(node.input(0)),
                                node.outputs(),
                                Attributes.NONE));
            }
        }
        return model.withGraph(editor.removeUnused().build());
    }
}
