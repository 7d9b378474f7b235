package dev.espalier.train.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.CancelledException;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.Progress;
import dev.espalier.train.KeptCheckpoints;
import dev.espalier.train.Trainer;
import dev.espalier.train.TrainerTest;
import dev.espalier.train.internal.torch.TorchModule;
import dev.espalier.train.loss.CrossEntropy;
import dev.espalier.train.program.Regularizer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RegularizationTest {
    private static final Model SMALL = GraphText.parse(TrainerTest.SMALL);

    /** The first convolution's weight, as large as its filters. */
    private static final String WEIGHT =
            SMALL.graph().nodes().stream()
                    .filter(node -> node.is("Conv"))
                    .findFirst()
                    .orElseThrow()
                    .input(1);

    /** Grows by what it remembers after each epoch. */
    private record Growing(List<String> calls) implements Regularization {
        @Override
        public Regularizer.Kind kind() {
            return Regularizer.Kind.PROXIMAL;
        }

        private static Regularizer of(float strength) {
            return new Regularizer(
                    Regularizer.Kind.PROXIMAL,
                    Map.of(WEIGHT, Tensor.ofFloats(Shape.of(1, 1, 1, 1), strength)),
                    Map.of("strength", Tensor.ofFloats(Shape.of(1), strength)));
        }

        @Override
        public Regularizer first(Model network, Progress progress) {
            return of(0);
        }

        @Override
        public Regularizer after(int epoch, Model network, Regularizer before) {
            float strength = before.memory().get("strength").toFloats()[0];
            calls.add(epoch + ": " + strength + " " + zeros(network));
            return of(epoch < 2 ? 0 : 1e6f);
        }

        @Override
        public String toString() {
            return "growing";
        }
    }

    private static boolean zeros(Model network) {
        for (float value : network.graph().constant(WEIGHT).orElseThrow().toFloats()) {
            if (value != 0) {
                return false;
            }
        }
        return true;
    }

    @BeforeEach
    void onOneThread() {
        TorchModule.threads(1);
    }

    private static Trainer.Outcome train(PassContext context, Regularization regularization) {
        return new Trainer(
                        "sparsify",
                        new TrainingPlan(3, 0.02, TrainerTest.REGIME),
                        new CrossEntropy(0),
                        context)
                .train(SMALL, regularization);
    }

    @Test
    void eachEpochHasItsOwnRegularizer() {
        List<String> calls = new ArrayList<>();
        PassContext context = TrainerTest.context(SMALL);
        Trainer.Outcome outcome = train(context, new Growing(calls));
        assertThat(calls).containsExactly("1: 0.0 false", "2: 0.0 false", "3: 1000000.0 true");
        assertThat(zeros(outcome.model())).isTrue();
        assertThat(outcome.regularizer()).isEqualTo(Growing.of(1e6f));
        assertThat(context.notes())
                .anyMatch(note -> note.startsWith("sparsify: trained "))
                .allMatch(note -> note.startsWith("sparsify: "));
    }

    @Test
    void killsAfterEveryEpochChangeNoBitOfTheResult() {
        Trainer.Outcome expected =
                train(TrainerTest.context(SMALL), new Growing(new ArrayList<>()));
        KeptCheckpoints checkpoints = KeptCheckpoints.killing();
        Trainer.Outcome found = null;
        while (found == null) {
            try {
                PassContext context = TrainerTest.context(SMALL).withCheckpoints(checkpoints);
                found = train(context, new Growing(new ArrayList<>()));
            } catch (CancelledException e) {
                assertThat(checkpoints.writes()).isLessThanOrEqualTo(3);
            }
        }
        assertThat(found).isEqualTo(expected);
        assertThat(checkpoints.writes()).isEqualTo(3);
    }

    @Test
    void oneThatStaysTrainsAsAMaskThroughout() {
        Regularizer mask =
                new Regularizer(
                        Regularizer.Kind.MASK,
                        Map.of(WEIGHT, Tensor.ofFloats(Shape.of(1, 1, 1, 1), 0)),
                        Map.of());
        Regularization constant =
                new Regularization() {
                    @Override
                    public Regularizer.Kind kind() {
                        return Regularizer.Kind.MASK;
                    }

                    @Override
                    public Regularizer first(Model network, Progress progress) {
                        return mask;
                    }
                };
        Trainer.Outcome outcome = train(TrainerTest.context(SMALL), constant);
        assertThat(zeros(outcome.model())).isTrue();
        assertThat(Collections.singleton(outcome.regularizer())).containsExactly(mask);
    }
}
