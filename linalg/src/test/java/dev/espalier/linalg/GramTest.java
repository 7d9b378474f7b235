package dev.espalier.linalg;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GramTest {
    /** Less than a block of examples, several, and more columns than one panel. */
    @ParameterizedTest
    @CsvSource({"3,2,1", "7,3,600", "40,1,1024", "600,5,520"})
    void sumsEqualThoseOfALoop(int width, int others, int examples) {
        Matrix x = Matrices.random(1, examples, width);
        Matrix y = Matrices.random(2, examples, others);
        Gram gram = new Gram(width, others);
        for (int i = 0; i < examples; i++) {
            gram.add(x.row(i), y.row(i));
        }

        assertThat(gram.count()).isEqualTo(examples);
        Matrices.assertNear(gram.cross(), Matrices.product(y.transposed(), x), 1e-13);
        Matrices.assertNear(gram.sums(), Matrices.product(x.transposed(), x), 1e-13);
    }

    @Test
    void examplesMayBeRowsOfFloats() {
        Gram gram = new Gram(2, 0);
        float[] rows = {9, 1, 2, 3, 4};
        gram.add(rows, 1);
        gram.add(rows, 3);

        assertThat(gram.sums().values).containsExactly(10, 14, 14, 20);
    }

    @Test
    void noExamplesSumToZero() {
        assertThat(new Gram(2, 1).sums().values).containsOnly(0);
        assertThat(new Gram(2, 1).cross().values).containsOnly(0);
        assertThat(new Gram(2, 0).cross().values).isEmpty();
    }
}
