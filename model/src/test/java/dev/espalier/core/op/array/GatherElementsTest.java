package dev.espalier.core.op.array;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.op.OperatorProbe;
import dev.espalier.testkit.OperatorExamples;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** GatherElements, GatherND, ScatterElements and ScatterND. */
@OperatorExamples(
        given =
                """
                opset 18
                graph (x: float[3,4,2], u: float[3,2,2], v: float[2,4,2], s: float[2,2]) -> (y)
                i: int64[3,2,2] = [0, 3, -1, 2, 1, 1, 0, 0, -4, 2, 3, 1]
                once: int64[3,2,2] = [0, 3, -1, 2, 1, 1, 0, 0, -4, 2, 3, 1]
                j: int64[2,4,2] = [0, 2, -1, 2, 1, 1, 0, 0, 1, 1, 0, 0, -1, 0, 1, 0]
                rows: int64[2,1] = [2, 0]
                pairs: int64[2,2] = [2, 0, -1, 3]
                many: int64[2,1,2] = [2, 0, 1, 3]
                pair: int64[2] = [1, -1]
                line: float[2] = [0.5, -1]
                deep: int64[3,2,1] = [0, 3, -1, 2, 1, 1]
                block: float[2,1,2] = [0.5, -1, 2, 3]
                """,
        calls = {
            "y = GatherElements(x, i) {axis=1}",
            "y = GatherElements(x, j)",
            "y = GatherND(x, rows)",
            "y = GatherND(x, pairs)",
            "y = GatherND(x, many)",
            "y = GatherND(x, pair)",
            "y = GatherND(x, deep) {batch_dims=1}",
            "y = ScatterElements(x, once, u) {axis=1}",
            "y = ScatterElements(x, i, u) {axis=1, reduction=\"add\"}",
            "y = ScatterElements(x, i, u) {axis=1, reduction=\"max\"}",
            "y = ScatterElements(x, j, v) {reduction=\"mul\"}",
            "y = ScatterND(x, rows, v)",
            "y = ScatterND(x, pairs, s)",
            "y = ScatterND(x, pairs, s) {reduction=\"add\"}",
            "y = ScatterND(x, many, block)",
            "y = ScatterND(x, pair, line)",
            "y = ScatterND(x, rows, v) {reduction=\"mul\"}"
        })
class GatherElementsTest {
    private static OperatorProbe probe(String node) {
        return OperatorProbe.of(
                """
                opset 18
                graph (x: float[N,4,5], i: int64[N,2,5], t: int64[N,7,1], p: int64[3,2],
                       u: float[N,2,5], q: float[3,5]) -> (y)
                far: int64[1,1,1] = [4]
                out: int64[1,2] = [0, 4]
                one: int64[1,1] = [0]
                long: int64[1,1,6]
                y = %s
                """
                        .formatted(node));
    }

    @Test
    void elementsAreLookedUpAlongOneAxis() {
        OperatorProbe probe = probe("GatherElements(x, i) {axis=1}").linked();

        assertThat(probe.types()).containsExactly("float[N,2,5]");
        assertThat(probe.freezes()).containsExactly("x.1: single entries of it are looked up");
        assertThat(probe.partners("x", 2, 3)).containsExactly("i.2.3", "y.2.3");
        assertThat(probe.partners("i", 1, 1)).containsExactly("y.1.1");
        assertThat(probe.isHomogeneous(0)).isTrue();
        assertThat(probe.isHomogeneous(1)).isFalse();
    }

    @Test
    void tuplesPointIntoTheFirstAxes() {
        OperatorProbe probe = probe("GatherND(x, p)").linked();

        assertThat(probe.types()).containsExactly("float[3,5]");
        assertThat(probe.isFree("x", 0)).isFalse();
        assertThat(probe.isFree("x", 1)).isFalse();
        assertThat(probe.partners("x", 2, 4)).containsExactly("y.1.4");
        assertThat(probe.partners("p", 0, 2)).containsExactly("y.0.2");
        assertThat(probe("GatherND(x, t) {batch_dims=1}").types()).containsExactly("float[N,7,5]");
    }

    @Test
    void whatIsReplacedAlongAnAxisKeepsIt() {
        OperatorProbe probe = probe("ScatterElements(x, i, u) {axis=1}").linked();

        assertThat(probe.types()).containsExactly("float[N,4,5]");
        assertThat(probe.isFree("x", 1)).isFalse();
        assertThat(probe.isFree("y", 1)).isFalse();
        assertThat(probe.partners("u", 2, 1)).containsExactly("i.2.1", "x.2.1", "y.2.1");
        assertThat(probe.isHomogeneous(0, 2)).isTrue();
        assertThat(probe.isHomogeneous(0)).isFalse();
        assertThat(
                        probe("ScatterElements(x, i, u) {axis=1, reduction=\"mul\"}")
                                .isHomogeneous(0, 2))
                .isFalse();
    }

    @Test
    void slicesAreReplacedWithTheirLastAxes() {
        OperatorProbe probe = probe("ScatterND(x, p, q)").linked();

        assertThat(probe.types()).containsExactly("float[N,4,5]");
        assertThat(probe.isFree("y", 1)).isFalse();
        assertThat(probe.partners("q", 1, 4)).containsExactly("x.2.4", "y.2.4");
        assertThat(probe.isFree("q", 0)).isFalse();
        assertThat(probe.isHomogeneous(0, 2)).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GatherElements(x, far) {axis=1}  | index 4 is outside of an axis of 4",
                "GatherElements(x, p)             | do not fit data",
                "GatherElements(x, long) {axis=1} | do not fit data",
                "GatherElements(x, i) {axis=3}    | axis is 3",
                "GatherND(x, p) {batch_dims=2}    | batch_dims is 2, more axes than",
                "GatherND(x, i)                   | do not point into data",
                "GatherND(x, p) {batch_dims=-1}   | batch_dims is -1",
                "ScatterElements(x, i, u) {axis=1, reduction=\"sub\"} | reduction is 'sub'",
                "ScatterElements(x, i)            | has no input 2",
                "ScatterND(x, p, u)               | updates [N,2,5] do not fit data",
            })
    void whatNoRuntimeRunsIsRefused(String node, String message) {
        assertThatThrownBy(() -> probe(node))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining(message);
    }

    @Test
    void aTupleThatPointsOutsideIsRefused() {
        assertThatThrownBy(
                        () ->
                                OperatorProbe.of(
                                        """
                                        graph (x: float[2,4]) -> (y)
                                        i: int64[1,2] = [0, 4]
                                        y = GatherND(x, i)
                                        """))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("index 4 is outside of an axis of 4");
    }
}
