package dev.espalier.graft;

import dev.espalier.core.data.Seeds;
import dev.espalier.core.ir.Model;
import dev.espalier.train.internal.joint.Exchange;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Grafts noise onto filters whose L1 norm is below a threshold:
 *
 * <pre>
 *   W = W + n        n from N(0, s^2), s = base^t after epoch t = 1, 2, ..
 * </pre>
 *
 * <p>See Meng et al., Filter Grafting for Deep Neural Networks, 2020, section 3.1.
 *
 * @param threshold of the L1 norm
 * @param base from 0 to 1
 * @param seed of the noise
 */
record NoiseGraft(double threshold, double base, long seed) implements Exchange {
    @Override
    public List<Model> after(int epoch, List<Model> networks) {
        double deviation = Math.pow(base, epoch);
        List<Model> grafted = new ArrayList<>();
        for (int i = 0; i < networks.size(); i++) {
            SplittableRandom random = new SplittableRandom(Seeds.mix(Seeds.mix(seed, epoch), i));
            grafted.add(
                    InvalidFilters.change(
                            networks.get(i),
                            threshold,
                            filters -> add(filters, deviation, random)));
        }
        return grafted;
    }

    private static void add(InvalidFilters filters, double deviation, SplittableRandom random) {
        float[] values = filters.values();
        for (int rank = 0; rank < filters.count(); rank++) {
            for (int place : filters.places(rank)) {
                values[place] += (float) random.nextGaussian(0, deviation);
            }
        }
    }
}
