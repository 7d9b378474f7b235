package dev.espalier.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import java.util.List;
import org.junit.jupiter.api.Test;

class StopwatchTest {
    private static final Model SMALL =
            GraphText.parse(
                    """
                    opset 13
                    graph (x: float[N,W]) -> (y: float[N,W])
                    y = Relu(x)
                    """);

    @Test
    void everyModelHasAFigureInEveryRound() {
        InputShapes shapes =
                new InputShapes(2, java.util.Map.of("x", dev.espalier.core.ir.Shape.of(1, 3)));
        List<double[]> micros = new Stopwatch(1, shapes, 5).micros(List.of(SMALL, SMALL), 0.02);

        assertThat(micros).hasSize(2);
        assertThat(micros.get(0)).hasSameSizeAs(micros.get(1)).hasSizeGreaterThan(4);
        for (double[] rounds : micros) {
            assertThat(rounds).doesNotContain(0);
        }
    }

    @Test
    void anOpenDimensionIsAnError() {
        assertThatThrownBy(
                        () ->
                                new Stopwatch(1, InputShapes.ofBatch(1), 5)
                                        .micros(List.of(SMALL), 0.01))
                .isInstanceOf(InvalidOptionException.class);
    }
}
