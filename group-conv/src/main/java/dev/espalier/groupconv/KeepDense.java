package dev.espalier.groupconv;

import dev.espalier.core.pass.Option;
import dev.espalier.core.pass.Withers;
import dev.espalier.groupconv.structure.TimingPrecision;
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
        @Option(value = "float", help = "What layers are timed in; int8 where quantize comes later")
                TimingPrecision timedIn) implements KeepDenseBuilder.With {
    /** Nothing by name, and what is no faster. */
    public static final KeepDense STANDARD = new KeepDense(List.of(), true, TimingPrecision.FLOAT);

    public KeepDense {
        nodes = List.copyOf(nodes);
    }

    /** These settings with other layers by name. */
    public KeepDense named(List<String> others) {
        return new KeepDense(others, slower, timedIn);
    }

    /** These settings, with layers that are no faster cut all the same or not. */
    public KeepDense slower(boolean stay) {
        return new KeepDense(nodes, stay, timedIn);
    }

    /** These settings with other arithmetic. */
    public KeepDense timedIn(TimingPrecision other) {
        return new KeepDense(nodes, slower, other);
    }
}
