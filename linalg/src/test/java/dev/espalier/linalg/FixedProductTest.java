package dev.espalier.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FixedProductTest {
    /** Small ones row by row, a large one at once. */
    @ParameterizedTest
    @CsvSource({"1,1,1,1", "3,8,5,1", "64,300,301,64"})
    void productsEqualThoseOfALoopInDouble(int rows, int depth, int columns, int atOnce) {
        Matrix a = Matrices.random(1, depth, columns);
        try (FixedProduct product = new FixedProduct(a, rows)) {
            assertThat(product.rowsAtOnce()).isEqualTo(atOnce);
            for (long seed = 2; seed < 5; seed++) {
                Matrix x = Matrices.random(seed, atOnce, depth);
                Matrix before = Matrices.random(seed + 9, atOnce, columns);
                float[] found = floats(before);
                product.add(floats(x), found);
                double[] expected = Matrices.product(x, a).values;
                for (int i = 0; i < found.length; i++) {
                    assertThat((double) found[i])
                            .isCloseTo(before.values[i] + expected[i], within(1e-4));
                }
            }
        }
    }

    @Test
    void anotherSizeIsRefused() {
        try (FixedProduct product = new FixedProduct(Matrix.identity(2), 3)) {
            assertThatThrownBy(() -> product.add(new float[4], new float[2]))
                    .hasMessage("X of 4 values and a result of 2, expected [1, 2] and [1, 2]");
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
