package dev.espalier.groupconv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CostMatrixTest {
    private static String text(CostMatrix cost) {
        StringBuilder text = new StringBuilder();
        for (int row = 0; row < cost.rows(); row++) {
            for (int column = 0; column < cost.columns(); column++) {
                double value = cost.at(row, column);
                text.append(column == 0 ? "" : " ")
                        .append(value == 0 || value == 1 ? "" + (int) value : "" + value);
            }
            text.append('\n');
        }
        return text.toString();
    }

    @Test
    void quadrantsOffTheDiagonalCostHalfAsMuchOneLevelFurther() {
        assertThat(text(CostMatrix.full(8, 8, 0.5)))
                .isEqualTo(
                        """
                        0 0.25 0.5 0.5 1 1 1 1
                        0.25 0 0.5 0.5 1 1 1 1
                        0.5 0.5 0 0.25 1 1 1 1
                        0.5 0.5 0.25 0 1 1 1 1
                        1 1 1 1 0 0.25 0.5 0.5
                        1 1 1 1 0.25 0 0.5 0.5
                        1 1 1 1 0.5 0.5 0 0.25
                        1 1 1 1 0.5 0.5 0.25 0
                        """);
    }

    @Test
    void aCutEndsTheRecursion() {
        assertThat(text(CostMatrix.full(8, 4, 0.5).cut(2)))
                .isEqualTo(
                        """
                        0 0.5 1 1
                        0 0.5 1 1
                        0.5 0 1 1
                        0.5 0 1 1
                        1 1 0 0.5
                        1 1 0 0.5
                        1 1 0.5 0
                        1 1 0.5 0
                        """);
        assertThat(text(CostMatrix.full(4, 4, 0.5).cut(1)))
                .isEqualTo("0 0 1 1\n0 0 1 1\n1 1 0 0\n1 1 0 0\n");
        assertThat(text(CostMatrix.full(4, 4, 0.5).cut(0))).isEqualTo("0 0 0 0\n".repeat(4));
        assertThat(CostMatrix.full(4, 4, 0.5).cut(9)).isEqualTo(CostMatrix.full(4, 4, 0.5));
    }

    @Test
    void anOddSideEndsTheRecursion() {
        assertThat(text(CostMatrix.full(6, 4, 0.5)))
                .isEqualTo("0 0 1 1\n".repeat(3) + "1 1 0 0\n".repeat(3));
        assertThat(text(CostMatrix.full(3, 4, 0.5))).isEqualTo("0 0 0 0\n".repeat(3));
    }

    @ParameterizedTest
    @CsvSource({
        "64, 256, '0.0 0.03125 0.0625 0.125 0.25 0.5 1.0'",
        "24, 24, '0.0 0.25 0.5 1.0'",
        "8, 8, '0.0 0.25 0.5 1.0'"
    })
    void thereAreAsManyCostsAsCuts(int rows, int columns, String values) {
        CostMatrix cost = CostMatrix.full(rows, columns, 0.5);
        TreeSet<Double> found = new TreeSet<>();
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                found.add(cost.at(row, column));
            }
        }
        assertThat(found.toString().replaceAll("[\\[\\],]", "")).isEqualTo(values);
    }

    @ParameterizedTest
    @CsvSource({"8, 8, 9", "8, 4, 2", "6, 4, 9", "24, 40, 1", "5, 7, 9", "16, 64, 9"})
    void costsFromBlockSumsAreThoseOfThePlainProduct(int rows, int columns, int cut) {
        CostMatrix cost = CostMatrix.full(rows, columns, 0.5).cut(cut);
        Random random = new Random(rows * 100L + columns);
        NormMatrix s =
                NormMatrix.of(rows, columns, random.doubles((long) rows * columns).toArray());
        double[][] found = cost.rowCosts(s);
        double loss = 0;
        for (int place = 0; place < rows; place++) {
            for (int row = 0; row < rows; row++) {
                double expected = 0;
                for (int column = 0; column < columns; column++) {
                    expected += cost.at(place, column) * s.at(row, column);
                }
                assertThat(found[row][place / (rows >> cost.levels())])
                        .isCloseTo(expected, within(1e-9));
                loss += place == row ? expected : 0;
            }
        }
        assertThat(cost.loss(s)).isCloseTo(loss, within(1e-9));
        double[][] columnwise = cost.transposed().rowCosts(s.transposed());
        assertThat(columnwise).hasDimensions(columns, 1 << cost.levels());
    }
}
