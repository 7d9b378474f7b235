package dev.espalier.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FixedProductTest {
    @ParameterizedTest
    @CsvSource({"1,1,1", "3,8,5", "64,300,301"})
    void productsEqualThoseOfALoopInDouble(int rows, int depth, int columns) {
        Matrix a = Matrices.random(1, depth, columns);
        try (FixedProduct product = new FixedProduct(a, rows)) {
            for (long seed = 2; seed < 5; seed++) {
                Matrix x = Matrices.random(seed, rows, depth);
                float[] found = product.of(floats(x));
                double[] expected = Matrices.product(x, a).values;
                for (int i = 0; i < found.length; i++) {
                    assertThat((double) found[i]).isCloseTo(expected[i], within(1e-4));
                }
            }
        }
    }

    @Test
    void anotherSizeIsRefused() {
        try (FixedProduct product = new FixedProduct(Matrix.identity(2), 3)) {
            assertThatThrownBy(() -> product.of(new float[4]))
                    .hasMessage("X of 4 values, expected [3, 2]");
        }
    }

    private static float[] floats(Matrix matrix) {
        float[] floats = new float[matrix.values.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) matrix.values[i];
        }
        return floats;
    }
}
