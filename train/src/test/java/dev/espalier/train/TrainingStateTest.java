package dev.espalier.train;

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
                    3,
                    Map.of(
                            new Slot(Slot.Kind.WEIGHT, "w"),
                            Tensor.ofFloats(Shape.of(2, 1), 1, -2),
                            new Slot(Slot.Kind.MOMENTUM, "w"),
                            Tensor.ofFloats(Shape.of(2, 1), 0.5f, 0)),
                    List.of(new TrainingState.Epoch(1.5, 0.75)));

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
