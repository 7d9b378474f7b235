package dev.espalier.groupconv.option;

import dev.espalier.core.pass.Option;
import dev.espalier.core.pass.Withers;
import java.util.List;

/**
 * What stays dense though it could be cut.
 *
 * @param nodes by name
 * @param slower layers that are no faster in groups, and groups more than a layer is faster in
 * @param timedIn what layers are computed in when that is measured
 */
@Withers
public record KeepDense(
        @Option(value = "[]", help = "Names of convolutions") List<String> nodes,
        @Option(value = "true", help = "What measurements show to be no faster in groups")
                boolean slower,
        @Option(value = "auto", help = "What layers are timed in; auto for what the recipe ends in")
                TimingPrecision timedIn)
        implements KeepDenseBuilder.With {
    public KeepDense {
        nodes = List.copyOf(nodes);
    }
}
