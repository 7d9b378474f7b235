package dev.espalier.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.Value;
import dev.espalier.runtime.OrtRunner;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class TorchProgramTest {
    private static final String CHAIN =
            """
            graph (x: float[N,3,8,8]) -> (y)
            w1: float[4,3,3,3] = seed(1)
            b1: float[4] = seed(2)
            w2: float[5,4,1,1] = seed(3)
            h = Conv(x, w1, b1) {pads=[1,1,1,1]}
            r = Relu(h)
            y = Conv(r, w2)
            """;

    @Test
    void forwardComputesWhatOnnxRuntimeComputes() {
        assertSameOutputs(GraphText.parse(CHAIN));
    }

    static void assertSameOutputs(Model model) {
        Map<String, Tensor> feeds = feeds(model, 3);
        List<String> names = model.graph().outputs().stream().map(Value::name).toList();
        TorchProgram program = TorchProgram.evaluation(model, InputShapes.ofBatch(3), names);
        try (TorchModule module = TorchModule.load(program.archive());
                var session = new OrtRunner().open(model)) {
            List<Tensor> actual = module.run("forward", List.copyOf(feeds.values()));
            Map<String, Tensor> expected = session.run(feeds);
            for (int i = 0; i < names.size(); i++) {
                assertClose(actual.get(i), expected.get(names.get(i)), 1e-5);
            }
        }
    }

    static Map<String, Tensor> feeds(Model model, int batch) {
        Value input = model.graph().feeds().get(0);
        Shape shape = InputShapes.ofBatch(batch).bind(input).shape();
        SplittableRandom random = new SplittableRandom(5);
        float[] values = new float[Math.toIntExact(shape.elementCount())];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextDouble(-1, 1);
        }
        return Map.of(input.name(), Tensor.ofFloats(shape, values));
    }

    static void assertClose(Tensor actual, Tensor expected, double tolerance) {
        assertThat(actual.shape()).isEqualTo(expected.shape());
        float[] a = actual.toFloats();
        float[] e = expected.toFloats();
        double scale = 1;
        for (float value : e) {
            scale = Math.max(scale, Math.abs(value));
        }
        for (int i = 0; i < a.length; i++) {
            assertThat(a[i])
                    .as("element %d", i)
                    .isCloseTo(e[i], within((float) (tolerance * scale)));
        }
    }
}
