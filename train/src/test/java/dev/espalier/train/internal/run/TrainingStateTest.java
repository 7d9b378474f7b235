package dev.espalier.train.internal.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.train.program.Slot;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TrainingStateTest {
    private static final TrainingState STATE =
            new TrainingState(
                    Map.of(
                            new Slot(Slot.Kind.WEIGHT, "w"),
                            Tensor.ofFloats(Shape.of(2, 1), 1, -2),
                            new Slot(Slot.Kind.AVERAGE, "w"),
                            Tensor.ofFloats(Shape.of(2, 1), 0.5f, 0),
                            new Slot(Slot.Kind.COUNT, "steps"),
                            Tensor.ofFloats(Shape.of(), 12)),
                    List.of(epoch(0.75), epoch(0.9), epoch(0.8)),
                    List.of(new TrainingState.Divergence(2, 5, Double.NaN, 0.4)),
                    new TrainingState.Begun(7, 8.5, 100, 2.5, 0.1, 80));

    private static TrainingState.Epoch epoch(double validation) {
        return new TrainingState.Epoch(0.1, 1.5, 0.5, validation, 1000);
    }

    @Test
    void takesTheAverageOfAWeightWhereThereIsOne() {
        assertThat(STATE.initializers())
                .containsOnly(Map.entry("w", Tensor.ofFloats(Shape.of(2, 1), 0.5f, 0)));
    }

    @Test
    void knowsHowLongNothingWasBetter() {
        assertThat(STATE.stalled(false)).isEqualTo(1);
        assertThat(STATE.stalled(true)).as("where lower is better").isEqualTo(STATE.epoch() - 1);
        assertThat(TrainingState.START.stalled(false)).isZero();
        assertThat(STATE.after(Map.of(), epoch(0.9)).stalled(false)).as("a tie").isEqualTo(2);
        assertThat(STATE.after(Map.of(), epoch(0.91)).stalled(false)).isZero();
    }

    @Test
    void beginsWhatLiesWithinItsNextEpochOnly() {
        TrainingState before = STATE.after(Map.of(), epoch(0.9));
        TrainingState within = before.within(STATE.tensors(), STATE.begun());
        assertThat(before.begins(within)).isTrue();
        assertThat(before.begins(before)).isFalse();
        assertThat(STATE.begins(within)).isFalse();
        assertThat(before.after(STATE.divergences().get(0)).begins(within)).isFalse();
        assertThat(within.after(Map.of(), epoch(0.9)).begun().steps()).isZero();
    }

    @Test
    void precedesWhatWasReachedInItsNextEpochOnly() {
        TrainingState next = STATE.after(Map.of(), epoch(0.9));
        assertThat(STATE.precedes(STATE)).isFalse();
        assertThat(STATE.precedes(next)).isTrue();
        assertThat(STATE.precedes(STATE.after(STATE.divergences().get(0)))).isTrue();
        assertThat(next.precedes(STATE)).isFalse();
        assertThat(STATE.precedes(next.after(Map.of(), epoch(0.9)))).isFalse();
        assertThat(STATE.after(Map.of(), epoch(0.7)).precedes(next)).isFalse();
    }

    @Test
    void replacesWeightsAndAveragesAndNothingElse() {
        Tensor other = Tensor.ofFloats(Shape.of(2, 1), 7, 7);
        Tensor average = Tensor.ofFloats(Shape.of(2, 1), 8, 8);
        Slot memory = new Slot(Slot.Kind.MOMENTUM, "w");
        TrainingState state =
                STATE.after(
                        Map.of(new Slot(Slot.Kind.WEIGHT, "w"), average, memory, average),
                        epoch(1));
        assertThat(state.averages()).isFalse();
        assertThat(state.replaced(Map.of("w", other), Map.of()).tensors())
                .containsEntry(new Slot(Slot.Kind.WEIGHT, "w"), other)
                .containsEntry(memory, average);
        assertThat(STATE.averages()).isTrue();
        TrainingState replaced = STATE.replaced(Map.of("w", other), Map.of("w", average));
        assertThat(replaced.initializers(false)).containsEntry("w", other);
        assertThat(replaced.initializers(true)).containsEntry("w", average);
        assertThat(replaced.history()).isEqualTo(STATE.history());
    }

    @Test
    void everySetbackHalvesTheRate() {
        assertThat(TrainingState.START.slowdown()).isEqualTo(1);
        assertThat(STATE.slowdown()).isEqualTo(0.5);
    }

    @Test
    void isReadAsItWasWritten() {
        assertThat(TrainingState.read(STATE.toBytes(7), 7)).contains(STATE);
    }

    @Test
    void doesNotBelongToAnotherTraining() {
        assertThat(TrainingState.read(STATE.toBytes(7), 8)).isEmpty();
    }

    @Test
    void isNotReadFromAFileThatIsCutOff() {
        byte[] bytes = STATE.toBytes(7);
        for (int length = 0; length < bytes.length; length++) {
            assertThat(TrainingState.read(Arrays.copyOf(bytes, length), 7)).isEmpty();
        }
    }
}
