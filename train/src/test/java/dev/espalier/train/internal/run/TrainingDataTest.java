package dev.espalier.train.internal.run;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.DataException;
import dev.espalier.core.data.Augmentation;
import dev.espalier.core.data.Batch;
import dev.espalier.core.data.Dataset;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.TensorType;
import java.util.Map;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;

class TrainingDataTest {
    /** Example i is two numbers: 1, and what a function says of i. */
    private record Numbers(int size, IntToDoubleFunction second) implements Dataset {
        @Override
        public int classes() {
            return 2;
        }

        @Override
        public Map<String, TensorType> sampleTypes() {
            return Map.of("x", new TensorType(DataType.FLOAT, Shape.of(2)));
        }

        @Override
        public Batch batch(int[] indices, Augmentation augmentation, long seed) {
            float[] values = new float[2 * indices.length];
            for (int i = 0; i < indices.length; i++) {
                values[2 * i] = 1;
                values[2 * i + 1] = (float) second.applyAsDouble(indices[i]);
            }
            return new Batch(
                    Map.of("x", Tensor.ofFloats(Shape.of(indices.length, 2), values)),
                    new int[indices.length]);
        }
    }

    @Test
    void refusesExamplesThatAreAllTheSame() {
        assertThatThrownBy(() -> TrainingData.requireVaried(new Numbers(1000, i -> 0.5)))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("all 64 training examples looked at have the same inputs")
                .hasMessageContaining("check the data's path");
    }

    @Test
    void takesExamplesOfWhichSomeDiffer() {
        assertThatCode(() -> TrainingData.requireVaried(new Numbers(1000, i -> i < 500 ? 0 : 1)))
                .doesNotThrowAnyException();
        assertThatCode(() -> TrainingData.requireVaried(new Numbers(2, i -> i)))
                .doesNotThrowAnyException();
        assertThatCode(() -> TrainingData.requireVaried(new Numbers(1, i -> 0)))
                .as("a single example")
                .doesNotThrowAnyException();
    }

    @Test
    void refusesWhatIsNoNumber() {
        assertThatThrownBy(
                        () ->
                                TrainingData.requireVaried(
                                        new Numbers(10, i -> i == 7 ? Double.NaN : i)))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("example 7 gives NaN for input 'x'")
                .hasMessageContaining("std of preprocess");
    }
}
