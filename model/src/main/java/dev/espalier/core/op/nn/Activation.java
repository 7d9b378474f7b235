package dev.espalier.core.op.nn;

import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.Elementwise;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.TorchWriter;
import dev.espalier.core.op.spec.Trait;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;

/**
 * Activations that differ in their formula alone. Each maps every element of X on its own; none
 * passes a factor of X on.
 *
 * <pre>
 *   Celu       max(0, X) + min(0, alpha * (exp(X / alpha) - 1))         alpha 1
 *   Elu        X where X is positive, else alpha * (exp(X) - 1)          alpha 1
 *   Mish       X * tanh(ln(1 + exp(X)))
 *   Selu       gamma * (X where X is positive, else alpha * (exp(X) - 1))
 *   Softplus   ln(1 + exp(X))
 *   Softsign   X / (1 + |X|)
 *   Swish      X * sigmoid(alpha * X)                                    alpha 1
 * </pre>
 */
final class Activation extends Elementwise {
    private static final Set<Trait> UNCHANGED =
            Set.of(Trait.UNCHANGED_7_TO_13, Trait.UNCHANGED_13_TO_21);
    private static final Set<Trait> PLAIN =
            Set.of(Trait.UNCHANGED_7_TO_13, Trait.UNCHANGED_13_TO_21, Trait.FLOAT16);
    private static final Set<Trait> SINCE_13 = Set.of(Trait.UNCHANGED_13_TO_21);

    private static final float SELU_ALPHA = 1.67326319217681884765625f;
    private static final float SELU_GAMMA = 1.05070102214813232421875f;

    /** Above it, {@code ln(1 + exp(X))} is X in double precision too. */
    private static final int SOFTPLUS_IS_LINEAR = 40;

    private final String type;
    private final Set<Trait> traits;
    private final List<String> reals;
    private final BiFunction<Call, String, String> formula;

    /**
     * @param reals names of the attributes, all of which are reals
     * @param formula the TorchScript expression of a call on the expression of X
     */
    private Activation(
            String type,
            Set<Trait> traits,
            List<String> reals,
            BiFunction<Call, String, String> formula) {
        this.type = type;
        this.traits = traits.isEmpty() ? Set.of() : EnumSet.copyOf(traits);
        this.reals = reals;
        this.formula = formula;
    }

    /** Each of them once. */
    static List<Activation> all() {
        return List.of(
                new Activation(
                        "Celu",
                        UNCHANGED,
                        List.of("alpha"),
                        (call, x) -> "torch.celu(%s, %s)".formatted(x, real(call, "alpha", 1))),
                new Activation(
                        "Elu",
                        PLAIN,
                        List.of("alpha"),
                        (call, x) -> "torch.elu(%s, %s)".formatted(x, real(call, "alpha", 1))),
                new Activation("Mish", SINCE_13, List.of(), (call, x) -> "torch.mish(" + x + ")"),
                new Activation(
                        "Selu",
                        PLAIN,
                        List.of("alpha", "gamma"),
                        (call, x) ->
                                "torch.elu(%s, %s, %s)"
                                        .formatted(
                                                x,
                                                real(call, "alpha", SELU_ALPHA),
                                                real(call, "gamma", SELU_GAMMA))),
                new Activation(
                        "Softplus",
                        PLAIN,
                        List.of(),
                        (call, x) -> "torch.softplus(%s, 1, %s)".formatted(x, SOFTPLUS_IS_LINEAR)),
                new Activation(
                        "Softsign",
                        UNCHANGED,
                        List.of(),
                        (call, x) -> "torch.div(%s, torch.add(torch.abs(%s), 1))".formatted(x, x)),
                new Activation(
                        "Swish",
                        Set.of(),
                        List.of("alpha"),
                        (call, x) ->
                                "torch.mul(%s, torch.sigmoid(torch.mul(%s, %s)))"
                                        .formatted(x, x, real(call, "alpha", 1))));
    }

    private static String real(Call call, String name, float otherwise) {
        return TorchWriter.real(call.attributes().real(name, otherwise));
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
    public void check(NodeCheck node) {
        super.check(node);
        reals.forEach(node::real);
    }

    /** Celu with an alpha of 0 divides by it. */
    @Override
    public boolean trains(Call call) {
        return !type.equals("Celu") || call.attributes().real("alpha", 1) != 0;
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        torch.out(formula.apply(call, torch.in(0)));
    }
}
