package dev.espalier.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.DataException;
import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.data.Augmentation;
import dev.espalier.core.data.Batch;
import dev.espalier.core.data.Dataset;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.TensorType;
import dev.espalier.testkit.RandomGraphs;
import dev.espalier.testkit.RandomSamples;
import java.util.Arrays;
import java.util.Map;
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

    private static Map<String, Histogram> run(
            Model model, Dataset samples, Map<String, String> groups) {
        return new Calibrator(model, groups)
                .run(RandomSamples.context(model, samples, Runners.SINGLE));
    }

    @Test
    void watchesInputsAndIntermediateValuesInOnePass() {
        Model model = network("N");
        RandomSamples samples = RandomSamples.of(model, 40);
        Map<String, Histogram> seen = run(model, samples, Map.of("x", "x", "c", "c", "y", "y"));

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
    void valuesOfOneGroupCountTogether() {
        Model model = network("N");
        RandomSamples samples = RandomSamples.of(model, 8);
        Map<String, Histogram> apart = run(model, samples, Map.of("x", "x", "c", "c"));
        Map<String, Histogram> together = run(model, samples, Map.of("x", "g", "c", "g"));

        assertThat(together.get("g").minMax().high())
                .isEqualTo(
                        Math.max(apart.get("x").minMax().high(), apart.get("c").minMax().high()));
    }

    @Test
    void theOrderOfSamplesDoesNotMatter() {
        Model model = RandomGraphs.cnn(5);
        RandomSamples samples = RandomSamples.of(model, 16);
        Map<String, String> groups = Map.of("x", "x", "logits", "logits");
        Map<String, Histogram> forward = run(model, samples, groups);
        Map<String, Histogram> backward = run(model, new Reordered(samples, i -> 15 - i), groups);

        for (String group : groups.keySet()) {
            assertThat(backward.get(group).minMax()).isEqualTo(forward.get(group).minMax());
            assertThat(backward.get(group).percentile(0.99))
                    .isEqualTo(forward.get(group).percentile(0.99));
        }
    }

    @Test
    void aFixedFirstDimensionIsFilled() {
        Model model = network("4");
        RandomSamples samples = RandomSamples.of(model, 8);

        assertThat(run(model, samples, Map.of("c", "c")).get("c").minMax())
                .isEqualTo(run(network("N"), samples, Map.of("c", "c")).get("c").minMax());
    }

    @Test
    void tooFewSamplesForAFixedFirstDimensionAreAnError() {
        Model model = network("4");

        assertThatThrownBy(() -> run(model, RandomSamples.of(model, 3), Map.of("c", "c")))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("at least 4 samples")
                .hasMessageContaining("has 3");
    }

    @Test
    void anActivationThatIsNotFiniteIsNamed() {
        Model model =
                GraphText.parse(
                        """
                        opset 13
                        graph (x: float[N,2]) -> (y: float[N,2])
                        zero: float[] = 0
                        y = Div(x, zero)
                        """);

        assertThatThrownBy(() -> run(model, RandomSamples.of(model, 2), Map.of("y", "y")))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("'y'")
                .hasMessageContaining("Infinity")
                .hasMessageContaining("exclude");
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
