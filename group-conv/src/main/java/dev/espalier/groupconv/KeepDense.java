package dev.espalier.groupconv;

import dev.espalier.core.pass.Option;
import java.util.List;

/**
 * What stays dense though it could be cut.
 *
 * @param nodes by name
 * @param slower layers that are no faster in groups, and groups more than a layer is faster in
 */
public record KeepDense(
        @Option(value = "[]", help = "Names of convolutions") List<String> nodes,
        @Option(value = "true", help = "What measurements show to be no faster in groups")
                boolean slower) {
    /** Nothing by name, and what is no faster. */
    public static final KeepDense STANDARD = new KeepDense(List.of(), true);

    public KeepDense {
        nodes = List.copyOf(nodes);
    }
}
