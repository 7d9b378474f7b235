package dev.espalier.graft;

import dev.espalier.core.ir.Model;
import dev.espalier.train.internal.joint.Exchange;
import java.util.List;

/**
 * Grafts filters of a layer onto others of the same layer: the i-th strongest is added to the i-th
 * weakest, for the filters whose L1 norm is below a threshold, but for no more than half of all. It
 * brings no information that the layer does not have; see Meng et al., Filter Grafting for Deep
 * Neural Networks, 2020, section 3.2 and theorem 1.
 *
 * @param threshold of the L1 norm
 */
record InternalGraft(double threshold) implements Exchange {
    @Override
    public List<Model> after(int epoch, List<Model> networks) {
        return networks.stream()
                .map(network -> InvalidFilters.change(network, threshold, InternalGraft::add))
                .toList();
    }

    private static void add(InvalidFilters filters) {
        float[] values = filters.values();
        int count = Math.min(filters.count(), filters.size() / 2);
        for (int rank = 0; rank < count; rank++) {
            int[] weak = filters.places(rank);
            int[] strong = filters.places(filters.size() - 1 - rank);
            for (int i = 0; i < weak.length; i++) {
                values[weak[i]] += values[strong[i]];
            }
        }
    }
}
