package dev.espalier.core.pass;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.analysis.Cost;
import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.analysis.ShapeInference;
import dev.espalier.core.data.ModelRunner;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.runtime.OrtRunner;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ObservedRunTest {
    /** ONNX Runtime's own Trilu, which nobody described. */
    private static final String BEHIND_UNKNOWN =
            """
            opset 17
            opset com.microsoft 1
            graph (x: float[N,4]) -> (y)
            w: float[4,5] = seed(1)
            a = com.microsoft::Trilu(x)
            y = MatMul(a, w)
            """;

    private final AtomicInteger opened = new AtomicInteger();

    private InputShapes observing() {
        OrtRunner runner = new OrtRunner();
        ModelRunner counting =
                (model, values) -> {
                    opened.incrementAndGet();
                    return runner.open(model, values);
                };
        return InputShapes.ofBatch(3).withObserved(new ObservedRun(counting));
    }

    @Test
    void whatNoRuleTellsARunDoesOnceForEachModel() {
        Model model = GraphText.parse(BEHIND_UNKNOWN);
        InputShapes shapes = observing();

        assertThat(ShapeInference.of(model, shapes).shape("a").toString()).isEqualTo("[3,4]");
        Cost cost = Cost.of(model, shapes);
        assertThat(cost.macs()).isEqualTo(3 * 4 * 5);
        assertThat(cost.uncounted()).isEmpty();
        assertThat(opened).hasValue(1);
        assertThat(Cost.of(model, InputShapes.ofBatch(3)).uncounted()).hasSize(1);
    }

    @Test
    void aModelOfWhichAllIsToldIsNotRun() {
        Model model = GraphText.parse("graph (x: float[N,4]) -> (y)\ny = Relu(x)");

        assertThat(ShapeInference.of(model, observing()).shape("y").toString()).isEqualTo("[3,4]");
        assertThat(opened).hasValue(0);
    }

    @Test
    void aSizeThatTheNumbersDecideIsNotTakenForGranted() {
        Model model =
                GraphText.parse(
                        """
                        opset 17
                        graph (x: float[N,50]) -> (y)
                        r = Relu(x)
                        y = NonZero(r)
                        """);

        assertThat(ShapeInference.of(model, observing()).shape("y").toString()).isEqualTo("[2,?]");
    }

    @Test
    void aModelThatDoesNotRunTellsNothing() {
        Model model =
                GraphText.parse(
                        """
                        opset 17
                        opset com.example 1
                        graph (x: float[N,4]) -> (y)
                        y = com.example::Mystery(x)
                        """);

        assertThat(ShapeInference.of(model, observing()).type("y")).isEmpty();
    }
}
