package dev.espalier.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.core.DataException;
import dev.espalier.core.data.Dataset;
import dev.espalier.core.ir.Attributes;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Initializer;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AgreementTest {
    private static final Shape OPEN = Shape.of(List.of(new Dim.Symbolic("N"), Dim.of(2)));
    private static final Dataset DATA =
            new Rows(new float[][] {{1, 0}, {0, 4}, {3, 3.5f}}, new int[] {0, 1, 1}, 2);

    private final OrtRunner runner = new OrtRunner(SessionSettings.DEFAULT.withThreads(1));

    /** {@code y = x + (a, b)}. */
    private static Model plus(Shape shape, float a, float b) {
        return SmallModels.of(
                List.of(SmallModels.value("x", DataType.FLOAT, shape)),
                List.of(SmallModels.value("y", DataType.FLOAT, shape)),
                List.of(Initializer.of("w", Tensor.ofFloats(Shape.of(2), a, b))),
                Node.of("add", "Add", List.of("x", "w"), List.of("y"), Attributes.NONE));
    }

    private Agreement compare(Model first, Model second) {
        try (OrtModel a = runner.open(first);
                OrtModel b = runner.open(second)) {
            return Agreement.on(DATA, a, b);
        }
    }

    @Test
    void isPerfectForEqualModels() {
        assertThat(compare(plus(OPEN, 0, 0), plus(OPEN, 0, 0)))
                .isEqualTo(new Agreement(3, 0, 0, Double.POSITIVE_INFINITY, 1, 1));
    }

    @Test
    void measuresAShift() {
        Agreement agreement = compare(plus(OPEN, 0, 0), plus(OPEN, 1, 0));
        assertThat(agreement.largestDifference()).isEqualTo(1);
        assertThat(agreement.relativeDifference()).isEqualTo(1 / 4.0);
        // Squares of all numbers over those of three differences of 1.
        assertThat(agreement.signalToNoise())
                .isCloseTo(10 * Math.log10((1 + 16 + 9 + 12.25) / 3), within(1e-12));
        // (1,0)(2,0), (0,4)(1,4), (3,3.5)(4,3.5)
        double expected =
                (1 + 16 / (4 * Math.sqrt(17)) + 24.25 / Math.sqrt((9 + 12.25) * (16 + 12.25))) / 3;
        assertThat(agreement.cosine()).isCloseTo(expected, within(1e-12));
        assertThat(agreement.top1Agreement()).isEqualTo(2 / 3.0);
    }

    @Test
    void ignoresThePaddingOfAFixedBatch() {
        Agreement open = compare(plus(OPEN, 0, 0), plus(OPEN, 1, 0));
        Agreement fixed = compare(plus(Shape.of(2, 2), 0, 0), plus(Shape.of(2, 2), 1, 0));
        assertThat(fixed).isEqualTo(open);
    }

    @Test
    void neverCallsNotANumberAgreement() {
        Agreement agreement = compare(plus(OPEN, 0, 0), plus(OPEN, Float.NaN, 0));
        assertThat(agreement.largestDifference()).isInfinite();
        assertThat(agreement.relativeDifference()).isInfinite();
    }

    @Test
    void comparesOnGivenInputs() {
        List<Map<String, Tensor>> runs =
                List.of(
                        Map.of("x", Tensor.ofFloats(Shape.of(1, 2), 1, 2)),
                        Map.of("x", Tensor.ofFloats(Shape.of(2, 2), 1, 2, 3, 4)));
        try (OrtModel a = runner.open(plus(OPEN, 0, 0));
                OrtModel b = runner.open(plus(OPEN, 0, 0.5f))) {
            Agreement agreement = Agreement.on(runs, a, b);
            assertThat(agreement.samples()).isEqualTo(3);
            assertThat(agreement.relativeDifference()).isEqualTo(0.5 / 4);
        }
    }

    @Test
    void refusesModelsOfDifferentOutputs() {
        assertThatThrownBy(() -> compare(plus(OPEN, 0, 0), SmallModels.chain(OPEN)))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("[y]");
    }
}
