package dev.espalier.core.op;

import dev.espalier.core.op.spec.Trait;
import java.util.Map;
import java.util.Set;

/**
 * The traits of operators that have no file: nobody has described their shapes, channels and cost,
 * but some passes may touch them all the same.
 */
final class Undescribed {
    private static final Set<Trait> SAME =
            Set.of(Trait.UNCHANGED_7_TO_13, Trait.UNCHANGED_13_TO_21);

    private static final Map<String, Set<Trait>> TRAITS =
            Map.ofEntries(
                    Map.entry("ConcatFromSequence", SAME),
                    Map.entry("Det", SAME),
                    Map.entry("MaxRoiPool", SAME),
                    Map.entry("RandomNormal", SAME),
                    Map.entry("RandomUniform", SAME),
                    Map.entry("RoiAlign", Set.of(Trait.UNCHANGED_7_TO_13)),
                    Map.entry("SequenceAt", SAME),
                    Map.entry("SequenceConstruct", SAME),
                    Map.entry("SequenceEmpty", SAME),
                    Map.entry("SequenceErase", SAME),
                    Map.entry("SequenceInsert", SAME),
                    Map.entry("SequenceLength", SAME),
                    Map.entry("SplitToSequence", SAME),
                    Map.entry("StringNormalizer", SAME),
                    Map.entry("TfIdfVectorizer", SAME));

    private Undescribed() {}

    /**
     * @param key the name, behind the domain and two colons where that is not the standard's
     */
    static Set<Trait> traits(String key) {
        return TRAITS.getOrDefault(key, Set.of());
    }
}
