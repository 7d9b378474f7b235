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
            Set.of(Trait.UNCHANGED_7_TO_13, Trait.UNCHANGED_13_TO_21);

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
                    Map.entry("BitShift", SAME),
                    Map.entry("Ceil", SAME),
                    Map.entry("Celu", SAME),
                    Map.entry("Compress", SAME),
                    Map.entry("ConcatFromSequence", SAME),
                    Map.entry("ConvInteger", with(SAME, Trait.QUANTIZED)),
                    Map.entry("Cos", SAME),
                    Map.entry("Cosh", SAME),
                    Map.entry("CumSum", SAME),
                    Map.entry("DepthToSpace", with(PLAIN, Trait.REARRANGES)),
                    Map.entry("Det", SAME),
                    Map.entry("Einsum", SAME),
                    Map.entry("Elu", PLAIN),
                    Map.entry("Exp", PLAIN),
                    Map.entry("EyeLike", SAME),
                    Map.entry("Floor", SAME),
                    Map.entry("GRU", with(SAME, Trait.MATRIX_PRODUCT)),
                    Map.entry("GatherElements", SAME),
                    Map.entry("GatherND", SAME),
                    Map.entry("GlobalLpPool", SAME),
                    Map.entry("GlobalMaxPool", PLAIN),
                    Map.entry("Hardmax", SINCE_13),
                    Map.entry("If", SAME),
                    Map.entry("IsInf", SAME),
                    Map.entry("IsNaN", SAME),
                    Map.entry("LRN", SAME),
                    Map.entry("LSTM", with(SAME, Trait.MATRIX_PRODUCT)),
                    Map.entry("Log", PLAIN),
                    Map.entry("LogSoftmax", Set.of(Trait.UNCHANGED_13_TO_21, Trait.FLOAT16)),
                    Map.entry("Loop", SAME),
                    Map.entry("LpNormalization", SAME),
                    Map.entry("LpPool", SAME),
                    Map.entry("Max", PLAIN),
                    Map.entry("MaxRoiPool", SAME),
                    Map.entry("MaxUnpool", SAME),
                    Map.entry("Mean", SAME),
                    Map.entry("MeanVarianceNormalization", SAME),
                    Map.entry("Min", PLAIN),
                    Map.entry("Mish", SINCE_13),
                    Map.entry("Multinomial", SAME),
                    Map.entry("Neg", PLAIN),
                    Map.entry("NonMaxSuppression", SAME),
                    Map.entry("NonZero", SAME),
                    Map.entry("Not", SAME),
                    Map.entry("OneHot", SAME),
                    Map.entry("Or", SAME),
                    Map.entry("RNN", with(SAME, Trait.MATRIX_PRODUCT)),
                    Map.entry("RandomNormal", SAME),
                    Map.entry("RandomNormalLike", SAME),
                    Map.entry("RandomUniform", SAME),
                    Map.entry("RandomUniformLike", SAME),
                    Map.entry("Reciprocal", PLAIN),
                    Map.entry("ReduceL1", Set.of(Trait.UNCHANGED_7_TO_13)),
                    Map.entry("ReduceL2", Set.of(Trait.UNCHANGED_7_TO_13)),
                    Map.entry("ReduceLogSum", Set.of(Trait.UNCHANGED_7_TO_13)),
                    Map.entry("ReduceLogSumExp", Set.of(Trait.UNCHANGED_7_TO_13)),
                    Map.entry("ReduceMax", Set.of(Trait.UNCHANGED_7_TO_13, Trait.FLOAT16)),
                    Map.entry("ReduceMin", Set.of(Trait.UNCHANGED_7_TO_13, Trait.FLOAT16)),
                    Map.entry("ReduceProd", Set.of(Trait.UNCHANGED_7_TO_13)),
                    Map.entry("ReduceSum", Set.of(Trait.UNCHANGED_13_TO_21, Trait.FLOAT16)),
                    Map.entry("ReduceSumSquare", Set.of(Trait.UNCHANGED_7_TO_13)),
                    Map.entry("ReverseSequence", SAME),
                    Map.entry("RoiAlign", Set.of(Trait.UNCHANGED_7_TO_13)),
                    Map.entry("Round", SAME),
                    Map.entry("Scan", SINCE_13),
                    Map.entry("ScatterElements", SAME),
                    Map.entry("ScatterND", SAME),
                    Map.entry("Selu", PLAIN),
                    Map.entry("SequenceAt", SAME),
                    Map.entry("SequenceConstruct", SAME),
                    Map.entry("SequenceEmpty", SAME),
                    Map.entry("SequenceErase", SAME),
                    Map.entry("SequenceInsert", SAME),
                    Map.entry("SequenceLength", SAME),
                    Map.entry("Shrink", SAME),
                    Map.entry("Sign", SAME),
                    Map.entry("Sin", SAME),
                    Map.entry("Sinh", SAME),
                    Map.entry("Size", with(SAME, Trait.MEASURES)),
                    Map.entry("Softplus", PLAIN),
                    Map.entry("Softsign", SAME),
                    Map.entry("SpaceToDepth", with(PLAIN, Trait.REARRANGES)),
                    Map.entry("SplitToSequence", SAME),
                    Map.entry("StringNormalizer", SAME),
                    Map.entry("Sum", PLAIN),
                    Map.entry("Tan", SAME),
                    Map.entry("TfIdfVectorizer", SAME),
                    Map.entry("ThresholdedRelu", SAME),
                    Map.entry("Tile", with(PLAIN, Trait.SELECTS)),
                    Map.entry("TopK", SINCE_13),
                    Map.entry("Trilu", SINCE_13),
                    Map.entry("Unique", SAME),
                    Map.entry("Xor", SAME),
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
