package dev.espalier.core.op.control;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.analysis.ShapeInference;
import dev.espalier.core.ir.GraphText;
import dev.espalier.testkit.OperatorExamples;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What their graphs make and cost is tested with the analyses. */
@OperatorExamples(
        given =
                """
                opset 16
                graph (x: float[2,3]) -> (y)
                c: bool[] = 1
                m: int64[] = 4
                """,
        calls = {
            "y = If(c) {then_branch=graph t () -> (a) { a = Relu(x) }, else_branch=graph e () -> (b) { b = Tanh(x) }}",
            "y = Loop(m, \"\", x) {body=graph b (i: int64[], k: bool[], a: float[2,3]) -> (k1, a1) { k1 = Identity(k)\n a1 = Tanh(a) }}",
            "y = Scan(x) {num_scan_inputs=1, body=graph b (e: float[3]) -> (o) { o = Relu(e) }}"
        },
        withoutSlope = "holds graphs and does not train")
class ControlOperatorsTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    If(c) {else_branch=graph e () -> (b) { b = Relu(x) }} | then_branch is missing
                    If(c) {then_branch=3, else_branch=graph e () -> (b) { b = Relu(x) }} | attribute then_branch is of another kind
                    If(c) {then_branch=graph t () -> () { }, else_branch=graph e () -> (b) { b = Relu(x) }} | then_branch has 0 outputs, expected at least 1
                    If(x) {then_branch=graph t () -> (a) { a = Relu(x) }, else_branch=graph e () -> (b) { b = Relu(x) }} | expected one number
                    Loop(m, c, x) {body=graph b (i, a) -> (k, a1) { k = Identity(c) ; a1 = Relu(a) }} | body has 2 inputs, expected 3
                    Loop(m, c, x) {body=graph b (i, k, a) -> (k1) { k1 = Identity(k) }} | body has 1 outputs, expected at least 2
                    Scan(x) {body=graph b (e) -> (o) { o = Relu(e) }} | num_scan_inputs is missing
                    Scan(x) {num_scan_inputs=2, body=graph b (e) -> (o) { o = Relu(e) }} | num_scan_inputs is 2
                    Scan(x) {num_scan_inputs=1, scan_input_axes=[7], body=graph b (e) -> (o) { o = Relu(e) }} | axis 7 does not exist
                    If(c) {then_branch=graph t () -> (a) { a = ConvTranspose(x, x) {group=0} }, else_branch=graph e () -> (b) { b = Relu(x) }} | ConvTranspose 'a': group is 0
                    """)
    void refusesWhatNoRuntimeCouldRun(String call, String message) {
        String text =
                """
                opset 16
                graph (x: float[2,3], c: bool[]) -> (y)
                m: int64[] = 4
                y = %s
                """
                        .formatted(call.replace(" ; ", "\n"));

        assertThatThrownBy(() -> ShapeInference.of(GraphText.parse(text)))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining(message);
    }
}
