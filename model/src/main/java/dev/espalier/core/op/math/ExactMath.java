package dev.espalier.core.op.math;

import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.Elementwise;
import dev.espalier.core.op.spec.Operator;
import dev.espalier.core.op.spec.TorchWriter;
import dev.espalier.core.op.spec.Trait;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.DoubleUnaryOperator;
import java.util.function.LongUnaryOperator;

/**
 * {@code Y = f(X)}, element by element, where f has one right result that every machine computes:
 * Abs, Neg, Sign, the nearest integers (Round goes to the even one of two) and 1 / X. Constants are
 * computed here, in double precision and then rounded to their type, which is that result.
 */
final class ExactMath extends Elementwise {
    private static final Set<Trait> SAME =
            Set.copyOf(EnumSet.of(Trait.UNCHANGED_7_TO_13, Trait.UNCHANGED_13_TO_21));

    private static final Set<Trait> PLAIN =
            Set.copyOf(
                    EnumSet.of(Trait.UNCHANGED_7_TO_13, Trait.UNCHANGED_13_TO_21, Trait.FLOAT16));

    private static final Set<Trait> SINCE_13 = Set.of(Trait.UNCHANGED_13_TO_21);

    private final String type;
    private final String torchName;
    private final Set<Trait> traits;
    private final Optional<DoubleUnaryOperator> reals;
    private final Optional<LongUnaryOperator> integers;

    /**
     * @param reals f of reals; null where it takes none
     * @param integers f of integers; null where it takes none
     */
    private ExactMath(
            String type,
            String torchName,
            Set<Trait> traits,
            DoubleUnaryOperator reals,
            LongUnaryOperator integers) {
        this.type = type;
        this.torchName = torchName;
        this.traits = traits;
        this.reals = Optional.ofNullable(reals);
        this.integers = Optional.ofNullable(integers);
    }

    /** All of them, in alphabetical order. */
    static List<Operator> all() {
        return List.of(
                new ExactMath("Abs", "abs", PLAIN, Math::abs, Math::abs),
                new ExactMath("BitwiseNot", "bitwise_not", SINCE_13, null, x -> ~x),
                new ExactMath("Ceil", "ceil", SAME, Math::ceil, null),
                new ExactMath("Floor", "floor", SAME, Math::floor, null),
                new ExactMath("Neg", "neg", PLAIN, x -> -x, x -> -x),
                new ExactMath("Reciprocal", "reciprocal", PLAIN, x -> 1 / x, null),
                new ExactMath("Round", "round", SAME, Math::rint, null),
                new ExactMath("Sign", "sign", SAME, Math::signum, x -> Long.signum(x)));
    }

    @Override
    public String type() {
        return type;
    }

    @Override
    public Set<Trait> traits() {
        return traits;
    }

    @Override
    public Optional<List<Tensor>> evaluate(Call call) {
        Optional<Tensor> x = call.constant(0);
        if (x.isEmpty()) {
            return Optional.empty();
        }
        DataType type = x.get().dataType();
        if (type.isFloating()) {
            return reals.map(
                    f ->
                            List.of(
                                    Tensor.ofReals(
                                            type,
                                            x.get().shape(),
                                            Arrays.stream(x.get().toDoubles()).map(f).toArray())));
        }
        // Java's long is signed, which the largest of the unsigned 64-bit numbers are not.
        return integers.filter(f -> type.isInteger() && type != DataType.UINT64)
                .map(
                        f ->
                                List.of(
                                        Tensor.ofIntegers(
                                                type,
                                                x.get().shape(),
                                                Arrays.stream(x.get().toLongs())
                                                        .map(f)
                                                        .toArray())));
    }

    @Override
    public boolean trains(Call call) {
        return TorchWriter.hasType(call.dataType(0));
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        torch.out("torch.%s(%s)".formatted(torchName, torch.in(0)));
    }

    @Override
    public boolean isHomogeneous(Call call, Set<Integer> scaled) {
        return Set.of("Abs", "Neg").contains(type) && scaled.equals(Set.of(0));
    }
}
