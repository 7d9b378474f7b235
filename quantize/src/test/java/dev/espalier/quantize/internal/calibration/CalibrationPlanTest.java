package dev.espalier.quantize.internal.calibration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.quantize.internal.grid.Histogram;
import java.util.List;
import org.junit.jupiter.api.Test;

class CalibrationPlanTest {
    /** Values of 64, 256 and 256 bytes. */
    private static final Model MODEL =
            GraphText.parse(
                    """
                    opset 13
                    graph (x: float[N,16]) -> (c: float[N,64])
                    w: float[16,64] = seed(1)
                    a = Relu(x)
                    b = MatMul(a, w)
                    c = Relu(b)
                    """);

    private static CalibrationPlan plan(long most) {
        return CalibrationPlan.of(MODEL, List.of("a", "b", "c"), InputShapes.ofBatch(1), most);
    }

    @Test
    void whatFitsIsComputedTogether() {
        assertThat(plan(576).parts()).containsExactly(List.of("a", "b", "c"));
        assertThat(plan(576).bytes()).isEqualTo(576);
    }

    @Test
    void whatDoesNotFitIsComputedInParts() {
        assertThat(plan(575).parts()).containsExactly(List.of("a", "b"), List.of("c"));
        assertThat(plan(575).bytes()).isEqualTo(320);
        assertThat(plan(10).parts()).containsExactly(List.of("a"), List.of("b"), List.of("c"));
    }

    @Test
    void nothingToComputeHasNoParts() {
        assertThat(CalibrationPlan.of(MODEL, List.of(), InputShapes.ofBatch(1)).parts()).isEmpty();
    }

    @Test
    void theAnnouncementStatesTheMemory() {
        assertThat(plan(575).announcement(4, 4 * Histogram.BYTES, 1))
                .isEqualTo(
                        "calibration (4 values, 1 kB of activations at a time, 132 kB of counts, in 2"
                                + " parts)");
        assertThat(plan(576).announcement(4, 4 * Histogram.BYTES, 3))
                .isEqualTo(
                        "calibration (4 values, 2 kB of activations at a time, 394 kB of counts)");
    }

    @Test
    void asManySamplesRunAtOnceAsFit() {
        long quarter = CalibrationPlan.MOST_BYTES_AT_ONCE / 4;

        assertThat(new CalibrationPlan(List.of(), quarter).atOnce(16)).isEqualTo(4);
        assertThat(new CalibrationPlan(List.of(), quarter).atOnce(2)).isEqualTo(2);
        assertThat(new CalibrationPlan(List.of(), quarter * 5).atOnce(16)).isEqualTo(1);
        assertThat(new CalibrationPlan(List.of(), 0).atOnce(16)).isEqualTo(16);
    }
}
