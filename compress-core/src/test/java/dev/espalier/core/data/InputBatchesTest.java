package dev.espalier.core.data;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import dev.espalier.testkit.pass.RandomSamples;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InputBatchesTest {
    private static Model model(String inputs) {
        return GraphText.parse("graph (" + inputs + ") -> (y)\ny = Relu(x)\n");
    }

    /** A fixed first dimension is the batch, unless the batch stands on another axis. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    x: float[N,2]                          | 5
                    x: float[3,2]                          | 3
                    x: float[1,2]                          | 1
                    x: float[batch,2], h: float[2,batch,4] | 5
                    x: float[batch,2], h: float[2,M,4]     | 2
                    h: float[2,batch,4], x: float[batch,2] | 5
                    """)
    void batchesAreAsLargeAsTheModelAsksFor(String inputs, int first) {
        Model model = model(inputs);
        var data = new RandomSamples("x", Shape.of(2), 10, 1);
        var batches = InputBatches.indices(model, data, 10, 5);

        assertThat(batches.get(0)).hasSize(first);
        assertThat(batches.stream().mapToInt(batch -> batch.length).sum())
                .isEqualTo(10 / first * first);
    }

    @Test
    void theSizeOfFreeBatchesIsAsAsked() {
        var data = new RandomSamples("x", Shape.of(2), 10, 1);

        assertThat(InputBatches.of(model("x: float[N,2]"), data, 4, 1))
                .extracting(batch -> batch.get("x").shape())
                .containsOnly(Shape.of(1, 2))
                .hasSize(4);
        assertThat(InputBatches.of(model("x: float[N,2]"), data, 10))
                .extracting(batch -> batch.get("x").shape().size(0))
                .containsExactly(8L, 2L);
    }
}
