package dev.espalier.prune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.ir.Model;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.profile.LayerKind;
import dev.espalier.core.profile.Precision;
import dev.espalier.core.recipe.Options;
import dev.espalier.runtime.OrtRunner;
import dev.espalier.testkit.pass.KnownMachine;
import dev.espalier.testkit.pass.PassTester;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class RoundingStepTest {
    /** Nearly all operations are in the 3 by 3 windows. */
    private static final String NETWORK =
            """
            opset 13
            graph g (x: float[1,3,8,8]) -> (y: float[1,2,8,8])
            v: float[64,3,1,1] = seed(1)
            w: float[64,64,3,3] = seed(2)
            u: float[2,64,1,1] = seed(3)
            a = Conv(x, v)
            b = Conv(a, w) {pads=[1,1,1,1]}
            y = Conv(b, u)
            """;

    private static final Prune PRUNE = Options.defaults(Prune.class).withScope(Scope.UNIFORM);

    private static PassTester.Outcome pruned(Prune pass, UnaryOperator<PassContext> setting) {
        return PassTester.given(NETWORK)
                .with(context -> context.withRunner(new OrtRunner()))
                .with(setting)
                .when(pass);
    }

    private static long width(PassTester.Outcome outcome) {
        Model after = outcome.after();
        return after.graph().initializers().get("w").tensor().shape().size(0);
    }

    private static KnownMachine machine() {
        return new KnownMachine()
                .steps(Precision.FLOAT, LayerKind.SPATIAL, 8)
                .steps(Precision.INT8, LayerKind.SPATIAL, 32)
                .steps(Precision.FLOAT, LayerKind.PRODUCT, 4);
    }

    @Test
    void aNumberIsANumberAndNobodyIsAsked() {
        KnownMachine machine = machine();
        PassTester.Outcome outcome =
                pruned(
                        PRUNE.withMacs(0.4).withRoundTo(10),
                        context -> context.withHost(machine.host()));
        assertThat(width(outcome) % 10).isZero();
        assertThat(machine.asked()).isEmpty();
        assertThat(outcome.context().notes()).noneMatch(note -> note.contains("multiples"));
    }

    @Test
    void autoIsTheStepOfWhatTheRecipeEndsIn() {
        PassTester.Outcome floats =
                pruned(PRUNE.withMacs(0.4), context -> context.withHost(machine().host()));
        floats.noted(
                "widths become multiples of 8: this machine computes float 3x3 layers in steps of 8");
        assertThat(width(floats)).isEqualTo(40);

        PassTester.Outcome integers =
                pruned(
                        PRUNE.withMacs(0.4),
                        context ->
                                context.withHost(machine().host()).withPrecision(Precision.INT8));
        integers.noted(
                "widths become multiples of 32: this machine computes int8 3x3 layers in steps of 32");
        assertThat(width(integers)).isEqualTo(32);
    }

    @Test
    void withoutAProfileItIsEightAsBefore() {
        pruned(PRUNE.withMacs(0.4), context -> context)
                .noted("widths become multiples of 8: nothing is known of the machine");
    }

    @Test
    void aProfileWithoutAStepIsNone() {
        pruned(PRUNE.withMacs(0.4), context -> context.withHost(new KnownMachine().host()))
                .noted("widths become multiples of 8: the machine's profile shows no step");
    }

    @Test
    void aBudgetThatLargeStepsMissIsReachedByFinerOnes() {
        PassTester.Outcome outcome =
                pruned(
                        PRUNE.withMacs(0.1),
                        context ->
                                context.withHost(machine().host()).withPrecision(Precision.INT8));
        outcome.noted(
                "widths become multiples of 16: the budget is not reached by multiples of 32");
        assertThat(width(outcome)).isEqualTo(16);
    }

    @Test
    void aNumberThatMissesTheBudgetIsRefusedAsBefore() {
        assertThatThrownBy(
                        () ->
                                pruned(
                                        PRUNE.withMacs(0.1).withRoundTo(32),
                                        context -> context.withHost(machine().host())))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("lower round-to");
    }

    /** Who prunes nothing asks for nothing to be measured. */
    @Test
    void nobodyIsAskedWhereNothingHasToGo() {
        KnownMachine machine = machine();
        pruned(PRUNE.withMacs(1), context -> context.withHost(machine.host())).unchanged();
        assertThat(machine.asked()).isEmpty();
    }

    @Test
    void theKindOfMostOperationsCounts() {
        KnownMachine machine = machine();
        PassTester.given(
                        """
                        opset 13
                        graph g (x: float[N,8]) -> (y: float[N,2])
                        w: float[8,64] = seed(1)
                        u: float[64,2] = seed(2)
                        a = MatMul(x, w)
                        r = Relu(a)
                        y = MatMul(r, u)
                        """)
                .with(context -> context.withRunner(new OrtRunner()).withHost(machine.host()))
                .when(PRUNE.withMacs(0.5))
                .noted("widths become multiples of 4: this machine computes float product layers");
        assertThat(machine.asked()).containsExactly("float product");
    }
}
