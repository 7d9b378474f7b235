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
                    Map.entry("Abs", PLAIN),
                    Map.entry("Acos", SAME),
                    Map.entry("Acosh", SAME),
                    Map.entry("And", SAME),
                    Map.entry("ArgMax", SAME),
                    Map.entry("ArgMin", SAME),
                    Map.entry("Asin", SAME),
                    Map.entry("Asinh", SAME),
                    Map.entry("Atan", SAME),
                    Map.entry("Atanh", SAME),
                    Map.entry("BitShift", SINCE_13),
                    Map.entry("Ceil", SAME),
                    Map.entry("Cos", SAME),
                    Map.entry("Cosh", SAME),
                    Map.entry("CumSum", SINCE_13),
                    Map.entry("DepthToSpace", with(PLAIN, Trait.REARRANGES)),
                    Map.entry("Einsum", SINCE_13),
                    Map.entry("Exp", PLAIN),
                    Map.entry("Floor", SAME),
                    Map.entry("GatherElements", SINCE_13),
                    Map.entry("GatherND", SINCE_13),
                    Map.entry("Hardmax", SINCE_13),
                    Map.entry("IsInf", SINCE_13),
                    Map.entry("IsNaN", SINCE_13),
                    Map.entry("Log", PLAIN),
                    Map.entry("Max", PLAIN),
                    Map.entry("Mean", SAME),
                    Map.entry("Min", PLAIN),
                    Map.entry("Neg", PLAIN),
                    Map.entry("NonZero", SAME),
                    Map.entry("Not", SAME),
                    Map.entry("OneHot", SAME),
                    Map.entry("Or", SAME),
                    Map.entry("Reciprocal", PLAIN),
                    Map.entry("ReduceL1", Set.of(Trait.UNCHANGED_9_TO_13)),
                    Map.entry("ReduceL2", Set.of(Trait.UNCHANGED_9_TO_13)),
                    Map.entry("ReduceLogSum", Set.of(Trait.UNCHANGED_9_TO_13)),
                    Map.entry("ReduceLogSumExp", Set.of(Trait.UNCHANGED_9_TO_13)),
                    Map.entry("ReduceMax", Set.of(Trait.UNCHANGED_9_TO_13, Trait.FLOAT16)),
                    Map.entry("ReduceMin", Set.of(Trait.UNCHANGED_9_TO_13, Trait.FLOAT16)),
                    Map.entry("ReduceProd", Set.of(Trait.UNCHANGED_9_TO_13)),
                    Map.entry("ReduceSum", Set.of(Trait.UNCHANGED_13_TO_21, Trait.FLOAT16)),
                    Map.entry("ReduceSumSquare", Set.of(Trait.UNCHANGED_9_TO_13)),
                    Map.entry("Round", SINCE_13),
                    Map.entry("ScatterElements", SINCE_13),
                    Map.entry("ScatterND", SINCE_13),
                    Map.entry("Sign", SAME),
                    Map.entry("Sin", SAME),
                    Map.entry("Sinh", SAME),
                    Map.entry("Size", with(SAME, Trait.MEASURES)),
                    Map.entry("SpaceToDepth", with(PLAIN, Trait.REARRANGES)),
                    Map.entry("Sum", PLAIN),
                    Map.entry("Tan", SAME),
                    Map.entry("Tile", with(PLAIN, Trait.SELECTS)),
                    Map.entry("TopK", SINCE_13),
                    Map.entry("Trilu", SINCE_13),
                    Map.entry("Xor", SAME));

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
