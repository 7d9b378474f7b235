package dev.espalier.quantize.option;

import dev.espalier.core.pass.FormerOption;
import dev.espalier.core.pass.Option;
import dev.espalier.core.pass.Withers;
import java.util.List;

/**
 * What stays float though it could be computed in integers.
 *
 * @param nodes by name
 * @param ends layers next to the model's inputs or outputs
 * @param farRanges nodes that bring very different ranges together
 * @param slower layers, or all of them, that take longer in integers
 * @param seconds how long measuring may take
 */
@FormerOption(key = "concats", instead = "write 'far-ranges', which covers Add and Mul as well")
@Withers
public record KeepFloat(
        @Option(value = "[]", help = "Names of nodes.") List<String> nodes,
        @Option(value = "none", help = "Layers at the ends: none, first, last or both.") Ends ends,
        @Option(
                        value = "true",
                        help =
                                "A Concat, Add or Mul whose parts reach so differently that one"
                                        + " would have less than 16 of 256 levels.")
                boolean farRanges,
        @Option(value = "true", help = "Layers that measurements show to be slower in integers.")
                boolean slower,
        @Option(value = "3", min = 0, max = 3600, help = "Seconds that measuring may take.")
                double seconds)
        implements KeepFloatBuilder.With {
    /** Layers at the model's ends, which some networks take badly in integers. */
    public enum Ends {
        /** None of them. */
        NONE,
        /** Those that read an input of the model. */
        FIRST,
        /** Those behind which no other layer is. */
        LAST,
        /** Both. */
        BOTH
    }

    public KeepFloat {
        nodes = List.copyOf(nodes);
    }
}
