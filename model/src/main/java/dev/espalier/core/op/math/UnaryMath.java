package dev.espalier.core.op.math;

import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.Elementwise;
import dev.espalier.core.op.spec.Operator;
import dev.espalier.core.op.spec.TorchWriter;
import dev.espalier.core.op.spec.Trait;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * {@code Y = f(X)}, element by element, where f is a function of mathematics whose result a
 * computer rounds: each mathematics library in its own way, so that constants are left to the
 * runtime. Outside of where f is defined, such as Log below 0, the result is NaN.
 */
final class UnaryMath extends Elementwise {
    private static final Set<Trait> SAME =
            Set.copyOf(EnumSet.of(Trait.UNCHANGED_7_TO_13, Trait.UNCHANGED_13_TO_21));

    private final String type;
    private final String torchName;
    private final Set<Trait> traits;

    private UnaryMath(String type, String torchName, Set<Trait> traits) {
        this.type = type;
        this.torchName = torchName;
        this.traits = traits;
    }

    /** All of them, in alphabetical order. */
    static List<Operator> all() {
        return List.of(
                new UnaryMath("Acos", "acos", SAME),
                new UnaryMath("Acosh", "acosh", SAME),
                new UnaryMath("Asin", "asin", SAME),
                new UnaryMath("Asinh", "asinh", SAME),
                new UnaryMath("Atan", "atan", SAME),
                new UnaryMath("Atanh", "atanh", SAME),
                new UnaryMath("Cos", "cos", SAME),
                new UnaryMath("Cosh", "cosh", SAME),
                new UnaryMath("Exp", "exp", withFloat16()),
                new UnaryMath("Log", "log", withFloat16()),
                new UnaryMath("Sin", "sin", SAME),
                new UnaryMath("Sinh", "sinh", SAME),
                new UnaryMath("Tan", "tan", SAME));
    }

    private static Set<Trait> withFloat16() {
        Set<Trait> traits = EnumSet.of(Trait.FLOAT16);
        traits.addAll(SAME);
        return Set.copyOf(traits);
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
    public void torch(Call call, TorchWriter torch) {
        torch.out("torch.%s(%s)".formatted(torchName, torch.in(0)));
    }
}
