package dev.espalier.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.ir.Shape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ForkSettingsTest {
    @Test
    void shapesSurviveTheCommandLineWhateverTheInputsAreCalled() {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        shapes.put("a=b;c,d", Shape.of(1, 3, 224, 224));
        shapes.put("-x \"q\" $HOME '\n", Shape.of(7));
        shapes.put("", Shape.SCALAR);
        String text = ForkSettings.text(shapes);
        assertThat(ForkSettings.shapes(text)).isEqualTo(shapes);
        assertThat(text).doesNotContain(" ", "\"", "$", "\n");
    }

    @Test
    void noShapesAreNoShapes() {
        assertThat(ForkSettings.shapes(ForkSettings.text(Map.of()))).isEmpty();
    }

    @Test
    void theForkGetsSeedAndShapes() {
        LatencyPlan plan =
                new LatencyPlan(
                        List.of(1),
                        List.of(1),
                        LatencyPlan.Effort.QUICK,
                        Map.of("x", Shape.of(2, 3)),
                        5);
        assertThat(ForkSettings.jvmArgs(plan))
                .contains("-Despalier.benchmark.seed=5", "-Despalier.benchmark.shapes=x=2,3")
                .contains("-Despalier.cache=" + System.getProperty("espalier.cache"));
    }
}
