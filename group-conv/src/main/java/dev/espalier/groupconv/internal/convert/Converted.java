package dev.espalier.groupconv.internal.convert;

import dev.espalier.core.analysis.ChannelOrder;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.pass.Proof;
import java.util.List;

/**
 * A model with group convolutions, and what it is to be compared with.
 *
 * @param model the converted model
 * @param masked the model as it was, with zeros in place of the weights outside of the groups: what
 *     the converted one has to agree with
 * @param layers what became of each layer that was asked for, in the order of the graph, and of
 *     further group convolutions that a Gather was put beside
 * @param gathers how many Gathers the conversion put into the model
 * @param order the order in which the model's channels stand now
 */
public record Converted(
        Model model, Model masked, List<LayerConversion> layers, int gathers, ChannelOrder order)
        implements Proof.Correspondence {
    public Converted {
        layers = List.copyOf(layers);
    }

    /** How many permutations the structures ask for: P and Q of each layer, where they move any. */
    public int permutations() {
        return layers.stream().mapToInt(LayerConversion::permutations).sum();
    }

    /** How many of {@link #permutations} cost no Gather; below 0 where Gathers were added. */
    public int folded() {
        return permutations() - gathers;
    }

    /** What the converted model should have in {@code value} where the masked one has this. */
    @Override
    public Tensor expected(String value, Tensor before) {
        return order.reorder(value, before);
    }

    /** A sentence for notes. */
    @Override
    public String toString() {
        return "%s of %s permutations folded away, %s Gathers stay"
                .formatted(folded(), permutations(), gathers);
    }
}
