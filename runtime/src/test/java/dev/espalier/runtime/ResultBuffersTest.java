package dev.espalier.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What is shown in memory that is used again is what would be returned as a copy. */
class ResultBuffersTest {
    private static final Model NETWORK =
            GraphText.parse(
                    """
                    opset 17
                    graph (x: float[N,2]) -> (y: float[N,2])
                    w: float[2] = [3, -1]
                    p: int64[1] = -1
                    h = Mul(x, w)
                    s = Shape(h)
                    i = Identity(x)
                    f = Reshape(x, p)
                    c = Identity(w)
                    y = Relu(h)
                    """);

    private static final List<String> ALL = List.of("y", "w", "s", "i", "h", "f", "c");

    private final OrtRunner runner = new OrtRunner().withThreads(1);

    private static Map<String, Tensor> input(int rows, int first) {
        float[] values = new float[2 * rows];
        for (int i = 0; i < values.length; i++) {
            values[i] = first + i;
        }
        return Map.of("x", Tensor.ofFloats(Shape.of(rows, 2), values));
    }

    /** As they were while they were shown. */
    private static Map<String, List<Double>> shown(OrtModel model, Map<String, Tensor> input) {
        Map<String, List<Double>> shown = new LinkedHashMap<>();
        model.run(input, (name, tensor) -> shown.put(name, numbers(tensor)));
        return shown;
    }

    private static Map<String, List<Double>> returned(OrtModel model, Map<String, Tensor> input) {
        Map<String, List<Double>> returned = new LinkedHashMap<>();
        model.run(input).forEach((name, tensor) -> returned.put(name, numbers(tensor)));
        return returned;
    }

    private static List<Double> numbers(Tensor tensor) {
        List<Double> numbers = new ArrayList<>();
        for (double number : tensor.toDoubles()) {
            numbers.add(number);
        }
        return numbers;
    }

    @Test
    void runAfterRunShowsItsOwnResults() {
        try (OrtModel model = runner.open(NETWORK, ALL)) {
            for (int i = 0; i < 5; i++) {
                Map<String, List<Double>> shown = shown(model, input(3, i));
                assertThat(shown).isEqualTo(returned(model, input(3, i)));
                assertThat(shown.keySet()).containsExactlyElementsOf(ALL);
            }
        }
    }

    @Test
    void memoryIsUsedAgainOnceTheSameShapesCome() {
        List<Tensor> seen = new ArrayList<>();
        try (OrtModel model = runner.open(NETWORK)) {
            for (int i = 0; i < 4; i++) {
                model.run(input(1, i), (name, tensor) -> seen.add(tensor));
            }
        }
        assertThat(seen.get(2)).isNotSameAs(seen.get(1));
        assertThat(seen.get(3)).isSameAs(seen.get(2));
    }

    @Test
    void shapesMayChangeFromRunToRun() {
        try (OrtModel model = runner.open(NETWORK, ALL)) {
            for (int rows : new int[] {1, 1, 1, 4, 4, 4, 2, 1, 1, 1}) {
                assertThat(shown(model, input(rows, rows)))
                        .isEqualTo(returned(model, input(rows, rows)));
            }
        }
    }

    @Test
    void whatIsFedCanBeAskedForToo() {
        try (OrtModel model = runner.open(NETWORK, List.of("x", "y"))) {
            for (int i = 0; i < 4; i++) {
                assertThat(shown(model, input(3, i))).isEqualTo(returned(model, input(3, i)));
            }
        }
    }

    @Test
    void shapesMayDependOnWhatIsFed() {
        Model model =
                GraphText.parse(
                        """
                        opset 17
                        graph (x: float[N,2]) -> (y: int64[2,M])
                        r = Relu(x)
                        y = NonZero(r)
                        """);
        try (OrtModel session = runner.open(model)) {
            for (int first : new int[] {-1, -1, -1, -2, -4, 0, 7}) {
                assertThat(shown(session, input(2, first)))
                        .isEqualTo(returned(session, input(2, first)));
            }
        }
    }

    @Test
    void manyThreadsSeeEachItsOwn() {
        try (OrtModel model = runner.open(NETWORK)) {
            assertThat(IntStream.range(0, 200).parallel().boxed())
                    .allMatch(
                            i -> shown(model, input(1, i)).get("y").equals(List.of(3.0 * i, 0.0)));
        }
    }

    @Test
    void whatAListenerThrowsComesThroughAndLeavesTheSessionUsable() {
        try (OrtModel model = runner.open(NETWORK)) {
            for (int i = 0; i < 4; i++) {
                assertThatThrownBy(
                                () ->
                                        model.run(
                                                input(1, 1),
                                                (name, tensor) -> {
                                                    throw new IllegalStateException("stop");
                                                }))
                        .hasMessage("stop");
            }
            assertThat(shown(model, input(1, 1)).get("y")).containsExactly(3.0, 0.0);
        }
    }
}
