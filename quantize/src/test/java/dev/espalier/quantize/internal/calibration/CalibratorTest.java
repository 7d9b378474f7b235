package dev.espalier.quantize.internal.calibration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.DataException;
import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.data.Augmentation;
import dev.espalier.core.data.Batch;
import dev.espalier.core.data.Dataset;
import dev.espalier.core.data.ModelRunner;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.pass.Checkpoints;
import dev.espalier.core.pass.Host;
import dev.espalier.quantize.Runners;
import dev.espalier.quantize.internal.grid.Histogram;
import dev.espalier.testkit.RandomGraphs;
import dev.espalier.testkit.pass.MemoryCheckpoints;
import dev.espalier.testkit.pass.RandomSamples;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;

class CalibratorTest {
    private static final String NETWORK =
            """
            opset 13
            graph (x: float[%s,2,4,4]) -> (y: float[%s,4,4,4])
            w: float[4,2,1,1] = seed(1)
            c = Conv(x, w)
            y = Relu(c)
            """;

    private static Model network(String batch) {
        return GraphText.parse(NETWORK.formatted(batch, batch));
    }

    private static Map<String, Histogram> run(Model model, Dataset samples, String... values) {
        Map<String, Histogram> histograms = new HashMap<>();
        observed(model, samples, values)
                .forEach((value, observer) -> histograms.put(value, observer.histogram()));
        return histograms;
    }

    private static Map<String, Observer> observed(Model model, Dataset samples, String... values) {
        return new Calibrator(model, List.of(values), Map.of())
                .run(RandomSamples.context(model, samples, Runners.SINGLE));
    }

    @Test
    void watchesInputsAndIntermediateValuesInOnePass() {
        Model model = network("N");
        RandomSamples samples = RandomSamples.of(model, 40);
        Map<String, Histogram> seen = run(model, samples, "x", "c", "y");

        Histogram expected = new Histogram();
        for (int i = 0; i < 40; i++) {
            expected.add(samples.batch(new int[] {i}).inputs().get("x").toFloats());
        }
        assertThat(seen.get("x").minMax()).isEqualTo(expected.minMax());
        assertThat(seen.get("c").minMax().low()).isNegative();
        assertThat(seen.get("y").minMax().low()).isZero();
        assertThat(seen.get("y").minMax().high()).isEqualTo(seen.get("c").minMax().high());
    }

    @Test
    void theOrderOfSamplesDoesNotMatter() {
        Model model = RandomGraphs.cnn(5);
        RandomSamples samples = RandomSamples.of(model, 16);
        Map<String, Observer> forward = observed(model, samples, "x", "logits");
        Map<String, Observer> backward =
                observed(model, new Reordered(samples, i -> 15 - i), "x", "logits");

        for (String value : forward.keySet()) {
            assertThat(bytes(backward.get(value))).isEqualTo(bytes(forward.get(value)));
        }
    }

    /** All that an observer holds. */
    private static byte[] bytes(Observer observer) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            observer.write(new DataOutputStream(bytes));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    @Test
    void samplesMayDifferInShape() {
        Model model =
                GraphText.parse(
                        """
                        opset 13
                        graph (x: float[N,2,H,W]) -> (y)
                        w: float[4,2,1,1] = seed(1)
                        y = Conv(x, w)
                        """);
        Dataset samples = new Growing(6);
        Map<String, Observer> seen = observed(model, samples, "x", "y");

        // Sample i has 2 channels of i + 1 by 3 numbers, the greatest 10 i.
        Histogram expected = new Histogram();
        for (int i = 0; i < 6; i++) {
            expected.add(samples.batch(new int[] {i}).inputs().get("x").toFloats());
        }
        assertThat(seen.get("x").histogram().minMax()).isEqualTo(expected.minMax());
        assertThat(seen.get("x").average().high()).isEqualTo((0 + 10 + 20 + 30 + 40 + 50) / 6f);
    }

    @Test
    void aFixedFirstDimensionIsFilled() {
        Model model = network("4");
        RandomSamples samples = RandomSamples.of(model, 8);

        assertThat(run(model, samples, "c").get("c").minMax())
                .isEqualTo(run(network("N"), samples, "c").get("c").minMax());
    }

    @Test
    void tooFewSamplesForAFixedFirstDimensionAreAnError() {
        Model model = network("4");

        assertThatThrownBy(() -> run(model, RandomSamples.of(model, 3), "c"))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("at least 4 samples")
                .hasMessageContaining("has 3");
    }

    private static Model quotient(String divisor) {
        return GraphText.parse(
                """
                opset 13
                graph (x: float[N,2]) -> (y: float[N,2])
                zero: float[] = 0
                z = Div(%s, zero) as quotient
                y = Mul(z, zero)
                """
                        .formatted(divisor));
    }

    @Test
    void anInfinityIsRemembered() {
        Model model = quotient("x");

        assertThat(run(model, RandomSamples.of(model, 2), "z").get("z").isEmpty()).isTrue();
    }

    @Test
    void theFirstValueThatIsNoNumberIsNamedWithItsMakerAndSample() {
        Model model = quotient("zero");

        assertThatThrownBy(() -> run(model, RandomSamples.of(model, 2), "y", "z"))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining(
                        "found NaN in 'z', which Div 'quotient' makes, first on sample 0")
                .hasMessageContaining("keep-float");
    }

    @Test
    void whatWasSeenIsKeptUnderItsContent() {
        Map<String, byte[]> kept = new HashMap<>();
        Checkpoints cache = new MemoryCheckpoints(kept);
        Model model = network("N");
        RandomSamples samples = RandomSamples.of(model, 8);
        Map<String, Observer> first = cached(model, samples, cache, Runners.SINGLE);
        assertThat(kept).hasSize(1);

        ModelRunner never =
                (m, values) -> {
                    throw new IllegalStateException("to be taken from the cache");
                };
        Map<String, Observer> second =
                cached(model, new Reordered(samples, i -> 7 - i), cache, never);
        assertThat(bytes(second.get("c"))).isEqualTo(bytes(first.get("c")));

        cached(model, RandomSamples.of(model, 9), cache, Runners.SINGLE);
        cached(network("1"), samples, cache, Runners.SINGLE);
        assertThat(kept).hasSize(3);

        // What is cut short is made again.
        kept.replaceAll((name, content) -> Arrays.copyOf(content, content.length - 3));
        assertThat(bytes(cached(model, samples, cache, Runners.SINGLE).get("c")))
                .isEqualTo(bytes(first.get("c")));
    }

    private static Map<String, Observer> cached(
            Model model, Dataset samples, Checkpoints cache, ModelRunner runner) {
        return new Calibrator(model, List.of("x", "c"), Map.of())
                .run(
                        RandomSamples.context(model, samples, runner)
                                .withHost(new Host(cache, Optional.empty())));
    }

    /** Sample i holds 0 to 10 i in 2 channels of i + 1 rows of 3. */
    private record Growing(int size) implements Dataset {
        @Override
        public int classes() {
            return 0;
        }

        @Override
        public Map<String, TensorType> sampleTypes() {
            return Map.of("x", new TensorType(DataType.FLOAT, Shape.UNRANKED));
        }

        @Override
        public Batch batch(int[] indices, Augmentation augmentation, long seed) {
            int i = indices[0];
            float[] values = new float[2 * (i + 1) * 3];
            for (int k = 0; k < values.length; k++) {
                values[k] = 10f * i * k / (values.length - 1);
            }
            Tensor x = Tensor.ofFloats(Shape.of(1, 2, i + 1, 3), values);
            return new Batch(Map.of("x", x), new int[1]);
        }
    }

    private record Reordered(Dataset inner, IntUnaryOperator order) implements Dataset {
        @Override
        public int size() {
            return inner.size();
        }

        @Override
        public int classes() {
            return inner.classes();
        }

        @Override
        public Map<String, TensorType> sampleTypes() {
            return inner.sampleTypes();
        }

        @Override
        public Batch batch(int[] indices, Augmentation augmentation, long seed) {
            return inner.batch(Arrays.stream(indices).map(order).toArray(), augmentation, seed);
        }
    }
}
