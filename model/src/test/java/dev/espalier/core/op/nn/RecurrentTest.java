package dev.espalier.core.op.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.analysis.Cost;
import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.op.OperatorProbe;
import dev.espalier.testkit.OperatorExamples;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@link LSTM}, {@link GRU} and {@link RNN}. */
@OperatorExamples(
        given =
                """
                graph (x: float[5,2,3]) -> (y)
                w: float[1,16,3] = seed(1)
                r: float[1,16,4] = seed(2)
                b: float[1,32] = seed(3)
                n: int32[2] = [5, 3]
                h: float[1,2,4] = seed(4)
                c: float[1,2,4] = seed(5)
                p: float[1,12] = seed(6)
                ww: float[2,16,3] = seed(7)
                rr: float[2,16,4] = seed(8)
                bb: float[2,32] = seed(9)
                hh: float[2,2,4] = seed(10)
                """,
        calls = {
            "y = LSTM(x, w, r) {hidden_size=4}",
            "y, yh, yc = LSTM(x, w, r, b, \"\", h, c) {hidden_size=4}",
            "y, yh = LSTM(x, w, r, b, \"\", h) {hidden_size=4, direction=\"reverse\"}",
            "\"\", y, yc = LSTM(x, ww, rr, bb, \"\", hh) {hidden_size=4, direction=\"bidirectional\"}",
            "y = LSTM(x, ww, rr, bb) {hidden_size=4, direction=\"bidirectional\"}",
            "y, yh, yc = LSTM(x, w, r, b, n, h, c, p) {hidden_size=4}",
            "y = LSTM(x, w, r, b) {hidden_size=4, clip=0.5}",
            "y = LSTM(x, w, r, b) {hidden_size=4, activations=[\"Tanh\", \"Relu\", \"Sigmoid\"]}",
            "y = LSTM(x, w, r, b) {hidden_size=4, activations=[\"Sigmoid\", \"Tanh\", \"Tanh\"]}"
        })
@OperatorExamples(
        given =
                """
                graph (x: float[5,2,3]) -> (y)
                w: float[1,12,3] = seed(1)
                r: float[1,12,4] = seed(2)
                b: float[1,24] = seed(3)
                n: int32[2] = [5, 3]
                h: float[1,2,4] = seed(4)
                ww: float[2,12,3] = seed(7)
                rr: float[2,12,4] = seed(8)
                bb: float[2,24] = seed(9)
                """,
        calls = {
            "y = GRU(x, w, r) {hidden_size=4}",
            "y, yh = GRU(x, w, r, b, n, h) {hidden_size=4}",
            "y, yh = GRU(x, w, r, b, \"\", h) {hidden_size=4, linear_before_reset=1}",
            "y, yh = GRU(x, ww, rr, bb) {hidden_size=4, linear_before_reset=1, direction=\"bidirectional\"}"
        })
@OperatorExamples(
        given =
                """
                graph (x: float[5,2,3]) -> (y)
                w: float[1,4,3] = seed(1)
                r: float[1,4,4] = seed(2)
                b: float[1,8] = seed(3)
                h: float[1,2,4] = seed(4)
                ww: float[2,4,3] = seed(7)
                rr: float[2,4,4] = seed(8)
                """,
        calls = {
            "y = RNN(x, w, r) {hidden_size=4}",
            "y, yh = RNN(x, w, r, b, \"\", h) {hidden_size=4, direction=\"reverse\"}",
            "y = RNN(x, ww, rr) {hidden_size=4, direction=\"bidirectional\", activations=[\"Relu\", \"Relu\"]}",
            "y = RNN(x, ww, rr) {hidden_size=4, direction=\"bidirectional\", activations=[\"Relu\", \"Tanh\"]}"
        })
class RecurrentTest {
    private static OperatorProbe lstm(String call) {
        return OperatorProbe.of(
                """
                graph (x: float[5,N,3], n: int32[N], h: float[1,N,4], c: float[1,N,4]) -> (y)
                w: float[1,16,3] = seed(1)
                r: float[1,16,4] = seed(2)
                b: float[1,32] = seed(3)
                p: float[1,12] = seed(6)
                ww: float[2,16,3] = seed(7)
                rr: float[2,16,4] = seed(8)
                flat: float[16,3] = seed(9)
                %s
                """
                        .formatted(call));
    }

    @Test
    void aHiddenUnitGoesWithItsRowOfEveryGateAndItsColumn() {
        OperatorProbe layer =
                lstm("y, yh, yc = LSTM(x, w, r, b, n, h, c, p) {hidden_size=4}").linked();

        assertThat(layer.types()).containsExactly("float[5,1,N,4]", "float[1,N,4]", "float[1,N,4]");
        assertThat(layer.partners("y", 3, 1))
                .containsExactlyInAnyOrder(
                        "w.1.1", "w.1.5", "w.1.9", "w.1.13", "r.1.1", "r.1.5", "r.1.9", "r.1.13",
                        "r.2.1", "b.1.1", "b.1.5", "b.1.9", "b.1.13", "b.1.17", "b.1.21", "b.1.25",
                        "b.1.29", "h.2.1", "c.2.1", "p.1.1", "p.1.5", "p.1.9", "yh.2.1", "yc.2.1");
        assertThat(layer.isFree("y", 3)).isTrue();
        assertThat(layer.partners("x", 2, 2)).containsExactly("w.2.2");
    }

    @Test
    void timeIsFrozenAndDirectionsStay() {
        OperatorProbe layer = lstm("y = LSTM(x, w, r) {hidden_size=4}").linked();

        assertThat(layer.isFree("x", 0)).isFalse();
        assertThat(layer.isFree("y", 0)).isFalse();
        assertThat(layer.isFree("y", 1)).isFalse();
        assertThat(layer.isFree("y", 2)).isTrue();
        assertThat(layer.freezes()).contains("x.0: a recurrence runs along it");
    }

    @Test
    void aCutCountsTheUnitsThatStay() {
        assertThat(
                        lstm("y = LSTM(x, w, r) {hidden_size=4}")
                                .cut(Map.of("r.2", new int[] {0, 3}))
                                .node()
                                .attributes()
                                .integer("hidden_size", 0))
                .isEqualTo(2);
    }

    @Test
    void theBatchMayComeFirst() {
        OperatorProbe layer =
                OperatorProbe.of(
                                """
                                graph (x: float[N,5,3]) -> (y)
                                w: float[2,12,3] = seed(1)
                                r: float[2,12,4] = seed(2)
                                y, yh = GRU(x, w, r) {layout=1, direction="bidirectional"}
                                """)
                        .linked();

        assertThat(layer.types()).containsExactly("float[N,5,2,4]", "float[N,2,4]");
        assertThat(layer.isFree("x", 1)).isFalse();
        assertThat(layer.isFree("x", 0)).isTrue();
        assertThat(layer.partners("yh", 2, 3)).contains("y.3.3", "w.1.7", "r.2.3");
    }

    @ParameterizedTest
    @CsvSource({
        // 5 steps of 2 examples, and 4 units that read 3 inputs and each other
        "LSTM, 16, forward, 1, 1120",
        "GRU, 12, forward, 1, 840",
        "RNN, 4, forward, 1, 280",
        "LSTM, 16, bidirectional, 2, 2240",
        "RNN, 4, reverse, 1, 280"
    })
    void everyGateReadsTheInputAndTheUnits(
            String type, int rows, String direction, int directions, long macs) {
        String text =
                """
                graph (x: float[5,2,3]) -> (y)
                w: float[%d,%d,3] = seed(1)
                r: float[%d,%d,4] = seed(2)
                b: float[%d,%d] = seed(3)
                "", y = %s(x, w, r, b) {hidden_size=4, direction="%s"}
                """
                        .formatted(
                                directions,
                                rows,
                                directions,
                                rows,
                                directions,
                                2 * rows,
                                type,
                                direction);

        assertThat(OperatorProbe.of(text).macs()).isEqualTo(macs);
        assertThat(Cost.of(GraphText.parse(text), InputShapes.ofBatch(1)).parameters())
                .isEqualTo((long) directions * rows * (3 + 4 + 2));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "y = LSTM(x, w, r, b) {hidden_size=4}                        | true",
                "y = LSTM(x, w, r, b, \"\", h, c) {hidden_size=4}            | true",
                "y = LSTM(x, w, r, b, n) {hidden_size=4}                     | false",
                "y = LSTM(x, w, r, b, \"\", h, c, p) {hidden_size=4}         | false",
                "y = LSTM(x, w, r, b) {hidden_size=4, clip=9.0}              | false",
                "y = LSTM(x, w, r, b) {hidden_size=4, input_forget=1}        | false",
                "y = LSTM(x, w, r) {activations=[\"sigmoid\", \"tanh\", \"tanh\"]} | true",
                "y = LSTM(x, w, r) {activations=[\"Relu\", \"Tanh\", \"Tanh\"]}    | false",
            })
    void whatTorchComputesTrains(String call, boolean trains) {
        assertThat(lstm(call).trains()).isEqualTo(trains);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "y = LSTM(x, w)                                     | has no input 2",
                "y = LSTM(x, w, r) {hidden_size=5}                  | input 1 'w' has the shape [1,16,3], expected [1,20,3]",
                "y = LSTM(x, w, r) {hidden_size=0}                  | hidden_size is 0",
                "y = LSTM(x, w, r) {direction=\"backward\"}         | direction is 'backward'",
                "y = LSTM(x, w, r) {direction=\"bidirectional\"}    | expected [2,16,3]",
                "y = LSTM(x, ww, rr)                                | expected [1,16,3]",
                "y = LSTM(x, w, r, p)                               | input 3 'p' has the shape [1,12], expected [1,32]",
                "y = LSTM(x, w, r, b, \"\", h, c, b)                | input 7 'b' has the shape [1,32], expected [1,12]",
                "y = LSTM(x, w, r, b, \"\", p)                      | input 5 'p' has the shape [1,12]",
                "y = LSTM(x, flat, r)                               | input 1 'flat' has the shape [16,3]",
                "y = LSTM(flat, w, r)                               | input 0 'flat' has the shape [16,3]",
                "y = LSTM(x, w, r) {layout=2}                       | layout is 2, expected 0 to 1",
                "y = GRU(x, w, r, b, n, h, c)                       | has 7 inputs, expected at most 6",
            })
    void whatNoRuntimeRunsIsRefused(String call, String message) {
        assertThatThrownBy(() -> lstm(call))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining(message);
    }
}
