package dev.espalier.quantize.internal.placement;

import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.Node;
import dev.espalier.core.pass.PassContext;
import dev.espalier.quantize.internal.calibration.NonFinite;
import dev.espalier.quantize.internal.calibration.Observations;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Finds nodes that would compute in bytes with values that are infinite on some sample, such as the
 * scores of an attention behind their mask. No grid has a place for those, so the nodes stay float.
 */
public final class InfiniteRanges {
    private InfiniteRanges() {}

    /**
     * @param seen of all values that {@code placement} wants to know
     * @param context is told what stays float
     */
    public static Set<Node> find(
            Graph graph, Placement placement, Observations seen, PassContext context) {
        Set<Node> found = new HashSet<>();
        for (String value : new TreeSet<>(placement.watched().keySet())) {
            Optional<NonFinite> infinite = seen.of(value).infinite();
            if (infinite.isEmpty()) {
                continue;
            }
            Stream.concat(graph.producer(value).stream(), graph.consumers(value).stream())
                    .filter(
                            node ->
                                    placement.kernel(node).isPresent()
                                            || placement.isAbsorbed(node))
                    .filter(found::add)
                    .forEach(
                            node ->
                                    context.skipped(
                                            node.label(),
                                            "stays float: '%s' is %s, for which no grid has a place"
                                                    .formatted(value, infinite.get())));
        }
        return found;
    }
}
