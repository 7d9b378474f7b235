package dev.espalier.quantize.internal.calibration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.CancelledException;
import dev.espalier.core.data.ModelRunner;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.pass.PassContext;
import dev.espalier.quantize.Runners;
import dev.espalier.testkit.RandomGraphs;
import dev.espalier.testkit.pass.RandomSamples;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class CalibrationOnAllCoresTest {
    private static final Model MODEL = RandomGraphs.cnn(5);
    private static final RandomSamples SAMPLES = RandomSamples.of(MODEL, 37);
    private static final List<String> VALUES = List.of("logits", "x");

    private static Map<String, Observer> run(PassContext context) {
        return new Calibrator(MODEL, VALUES, Map.of()).run(context);
    }

    private static PassContext context(ModelRunner runner) {
        return RandomSamples.context(MODEL, SAMPLES, runner);
    }

    private static byte[] bytes(Observer observer) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        observer.write(new DataOutputStream(bytes));
        return bytes.toByteArray();
    }

    @Test
    void manyThreadsCountWhatOneWould() throws IOException {
        Observer logits = new Observer();
        Observer x = new Observer();
        try (ModelRunner.Session session = Runners.SINGLE.open(MODEL)) {
            for (int i = 0; i < SAMPLES.size(); i++) {
                Map<String, Tensor> inputs = SAMPLES.batch(new int[] {i}).inputs();
                logits.add(session.run(inputs).get("logits"), 0);
                x.add(inputs.get("x"), 0);
            }
        }

        Map<String, Observer> seen = run(context(Runners.SINGLE));

        assertThat(seen.keySet()).containsExactlyInAnyOrderElementsOf(VALUES);
        assertThat(bytes(seen.get("logits"))).isEqualTo(bytes(logits));
        assertThat(bytes(seen.get("x"))).isEqualTo(bytes(x));
    }

    @Test
    void aFailureOnOneThreadIsTheFailureOfAll() {
        ModelRunner failing =
                (model, values) ->
                        new ModelRunner.Session() {
                            @Override
                            public Map<String, Tensor> run(Map<String, Tensor> inputs) {
                                throw new IllegalStateException("out of order");
                            }

                            @Override
                            public void close() {}
                        };

        assertThatThrownBy(() -> run(context(failing)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("out of order");
    }

    @Test
    void itCanBeStoppedBetweenSamples() {
        AtomicInteger asked = new AtomicInteger();
        PassContext context =
                context(Runners.SINGLE).withCancellation(() -> asked.incrementAndGet() > 3);

        assertThatThrownBy(() -> run(context)).isInstanceOf(CancelledException.class);
        assertThat(asked.get()).isLessThan(SAMPLES.size());
    }
}
