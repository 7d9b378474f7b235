package dev.espalier.core.op;

import dev.espalier.core.op.spec.Trait;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/**
 * The traits of operators that have no file: nobody has described their shapes, channels and cost,
 * but some passes may touch them all the same.
 */
final class Undescribed {
    private static final Set<Trait> SAME =
            Set.of(Trait.UNCHANGED_9_TO_13, Trait.UNCHANGED_13_TO_21);

    private static final Set<Trait> PLAIN = with(SAME, Trait.FLOAT16);

    private static final Set<Trait> SINCE_13 = Set.of(Trait.UNCHANGED_13_TO_21);

    private static final Map<String, Set<Trait>> TRAITS =
            Map.ofEntries(
                    Map.entry("Celu", SINCE_13),
                    Map.entry("ConvInteger", Set.of(Trait.UNCHANGED_13_TO_21, Trait.QUANTIZED)),
                    Map.entry("Elu", PLAIN),
                    Map.entry("GRU", with(SAME, Trait.MATRIX_PRODUCT)),
                    Map.entry("GlobalMaxPool", PLAIN),
                    Map.entry("LRN", SAME),
                    Map.entry("LSTM", with(SAME, Trait.MATRIX_PRODUCT)),
                    Map.entry("LogSoftmax", Set.of(Trait.UNCHANGED_13_TO_21, Trait.FLOAT16)),
                    Map.entry("LpNormalization", SAME),
                    Map.entry("LpPool", SAME),
                    Map.entry("Mish", SINCE_13),
                    Map.entry("RNN", with(SAME, Trait.MATRIX_PRODUCT)),
                    Map.entry("Selu", PLAIN),
                    Map.entry("Softplus", PLAIN),
                    Map.entry("Softsign", SAME),
                    Map.entry("ThresholdedRelu", SAME),
                    Map.entry("com.microsoft::Attention", Set.of(Trait.MATRIX_PRODUCT)),
                    Map.entry(
                            "com.microsoft::DynamicQuantizeMatMul",
                            Set.of(Trait.QUANTIZED, Trait.MATRIX_PRODUCT)),
                    Map.entry("com.microsoft::FusedGemm", Set.of(Trait.MATRIX_PRODUCT)),
                    Map.entry("com.microsoft::MultiHeadAttention", Set.of(Trait.MATRIX_PRODUCT)),
                    Map.entry(
                            "com.microsoft::QAttention",
                            Set.of(Trait.QUANTIZED, Trait.MATRIX_PRODUCT)));

    private Undescribed() {}

    private static Set<Trait> with(Set<Trait> traits, Trait more) {
        Set<Trait> all = EnumSet.of(more);
        all.addAll(traits);
        return all;
    }

    /**
     * @param key the name, behind the domain and two colons where that is not the standard's
     */
    static Set<Trait> traits(String key) {
        return TRAITS.getOrDefault(key, Set.of());
    }
}
