package dev.espalier.groupconv.internal.convert;

import java.util.List;
import java.util.Optional;

/**
 * What became of one layer, or of a Pad between two stages that a Gather was put behind.
 *
 * @param layer as messages call it, such as {@code Conv 'conv1'}
 * @param groups its number of groups now, 1 where it stayed dense
 * @param permutations how many of its two permutations move channels: 0, 1 or 2
 * @param stays a sentence for each Gather that stays beside it, with the reason
 * @param refusal why it was not converted; empty where it was
 */
public record LayerConversion(
        String layer, int groups, int permutations, List<String> stays, Optional<String> refusal) {
    public LayerConversion {
        stays = List.copyOf(stays);
    }

    /** A sentence for notes. */
    @Override
    public String toString() {
        if (refusal.isPresent()) {
            return layer + (groups == 1 ? " stays dense: " : " stays as it is: ") + refusal.get();
        }
        String what = layer + ": " + (groups == 1 ? "" : groups + " groups, ");
        return stays.isEmpty()
                ? what + (permutations == 0 ? "no shuffle" : "its shuffle folded away")
                : what + String.join("; ", stays);
    }
}
