package dev.espalier.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.testkit.pass.RandomSamples;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ValueNoiseTest {
    private static Model scaled(String factor) {
        return GraphText.parse(
                """
                opset 13
                graph (x: float[N,8]) -> (y: float[N,8])
                k: float[] = %s
                zero: float[] = 0
                m = Mul(x, k)
                z = Mul(x, zero)
                y = Relu(m)
                """
                        .formatted(factor));
    }

    @Test
    void anErrorOfATenthIs20Decibels() {
        Map<String, Double> decibels =
                ValueNoise.of(
                        scaled("1"),
                        scaled("0.9"),
                        List.of("m", "y", "z"),
                        RandomSamples.of(scaled("1"), 6),
                        4);

        assertThat(decibels).containsOnlyKeys("m", "y");
        assertThat(decibels.get("m")).isCloseTo(20, within(1e-3));
        assertThat(decibels.get("y")).isCloseTo(20, within(1e-3));
    }

    @Test
    void equalValuesHaveNoNoise() {
        assertThat(
                        ValueNoise.of(
                                scaled("1"),
                                scaled("1"),
                                List.of("m"),
                                RandomSamples.of(scaled("1"), 2),
                                2))
                .containsEntry("m", 200.0);
        assertThat(ValueNoise.of(scaled("1"), scaled("1"), List.of(), null, 2)).isEmpty();
    }
}
