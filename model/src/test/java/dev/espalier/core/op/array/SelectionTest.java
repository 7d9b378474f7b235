package dev.espalier.core.op.array;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.analysis.ShapeInference;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.op.OperatorProbe;
import dev.espalier.testkit.OperatorExamples;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Operators that choose elements by what they hold, make them of a shape, or draw them. */
@OperatorExamples(
        given =
                """
                opset 16
                graph (x: float[2,3,4], image: float[2,3,4,5]) -> (y)
                i: int64[2,3] = [0, 3, -1, 5, -5, 2]
                depth: int64[] = 4
                two: float[2] = [-1, 2]
                k: int64[] = -1
                k1: int64[] = 1
                holes: float[2,3] = [0, 1, 0, 2, 3, 0]
                some: bool[3] = [true, false, true]
                lens: int64[3] = [1, 2, 1]
                by_batch: int64[2] = [3, 2]
                grid: float[2,2,3,2] = seed(3)
                """,
        calls = {
            "y = OneHot(i, depth, two)",
            "y = OneHot(i, depth, two) {axis=0}",
            "y = OneHot(i, depth, two) {axis=-2}",
            "y = Trilu(x)",
            "y = Trilu(x, k)",
            "y = Trilu(x, k1) {upper=0}",
            "y = Trilu(holes) {upper=0}",
            "y = Compress(x, some) {axis=1}",
            "y = Compress(x, some)",
            "y = ReverseSequence(x, lens)",
            "y = ReverseSequence(x, by_batch) {batch_axis=0, time_axis=1}",
            "y = GridSample(image, grid)",
            "y = GridSample(image, grid) {align_corners=1, padding_mode=\"border\"}",
            "y = GridSample(image, grid) {mode=\"bicubic\", padding_mode=\"reflection\"}"
        })
@OperatorExamples(
        given =
                """
                opset 16
                graph (x: float[2,3,4], image: float[2,3,4,5]) -> (y)
                holes: float[2,3] = [0, 1, 0, 2, 3, 0]
                line: bool[4] = [true, false, true, true]
                grid: float[2,2,3,2] = seed(3)
                m: float[2,3]
                chances: float[2,3] = fill(0.5)
                """,
        calls = {
            "y = Size(x)",
            "y = NonZero(holes)",
            "y = NonZero(line)",
            "y = GridSample(image, grid) {mode=\"nearest\"}",
            "y = EyeLike(m)",
            "y = EyeLike(m) {k=1, dtype=7}",
            "y = EyeLike(m) {k=-1}",
            "y = Bernoulli(chances)",
            "y = Bernoulli(chances) {dtype=11}",
            "y = RandomNormalLike(x)",
            "y = RandomUniformLike(x) {dtype=1, low=2.0, high=3.0}",
            "y = Multinomial(m) {sample_size=5}",
            "y = Multinomial(m) {dtype=7}"
        },
        withoutSlope = "moves no numbers")
@OperatorExamples(
        given =
                """
                opset 20
                graph (image: float[2,3,4,5], volume: float[1,2,3,3,4]) -> (y)
                grid: float[2,2,3,2] = seed(3)
                places: float[1,2,2,2,3] = seed(4)
                """,
        calls = {
            "y = GridSample(image, grid) {mode=\"cubic\"}",
            "y = GridSample(volume, places) {mode=\"linear\"}"
        })
@OperatorExamples(
        given =
                """
                graph (x: float[2,3,4]) -> (y)
                c: float[2,3] = [1, 0, 1, 0, 2, 1]
                boxes: float[1,3,4] = [0, 0, 1, 1, 0, 0, 1, 0.9, 0, 2, 1, 3]
                scores: float[1,1,3] = [0.9, 0.8, 0.7]
                most: int64[1] = [5]
                overlap: float[1] = [0.5]
                """,
        calls = {
            "y, first, inverse, counts = Unique(c)",
            "y = Unique(c) {axis=1}",
            "y, first, inverse = Unique(c) {axis=0, sorted=0}",
            "y = NonMaxSuppression(boxes, scores, most, overlap)",
            "y = NonMaxSuppression(boxes, scores)"
        },
        openSizes = "how many there are depends on the numbers")
class SelectionTest {
    private static OperatorProbe probe(String node) {
        return OperatorProbe.of(
                        """
                        opset 16
                        graph (x: float[N,4,5], i: int64[N,3], d: int64[], c: bool[4], m: float[3,4],
                               image: float[N,4,6,6], grid: float[N,2,3,2], lens: int64[N],
                               boxes: float[N,5,4]) -> (y)
                        depth: int64[] = 7
                        none: int64[] = 0
                        two: float[2] = [0, 1]
                        three: float[3]
                        few: int64[3]
                        scalar: int64[] = 2
                        vector: float[4]
                        y = %s
                        """
                                .formatted(node))
                .linked();
    }

    @Test
    void aOneHotHasAnAxisOfItsOwn() {
        OperatorProbe probe = probe("OneHot(i, depth, two) {axis=1}");

        assertThat(probe.types()).containsExactly("float[N,7,3]");
        assertThat(probe.partners("i", 1, 2)).containsExactly("y.2.2");
        assertThat(probe.isFree("y", 1)).isFalse();
        assertThat(probe("OneHot(i, d, two)").types()).containsExactly("float[N,3,?]");
    }

    @Test
    void aTriangleKeepsRowsAndColumns() {
        OperatorProbe probe = probe("Trilu(x)");

        assertThat(probe.types()).containsExactly("float[N,4,5]");
        assertThat(probe.isFree("x", 0)).isTrue();
        assertThat(probe.isFree("x", 1)).isFalse();
        assertThat(probe.isFree("y", 2)).isFalse();
        assertThat(probe.isHomogeneous(0)).isTrue();
    }

    @Test
    void whatIsFoundByNumbersHasAnOpenSize() {
        assertThat(probe("NonZero(x)").types()).containsExactly("int64[3,?]");
        assertThat(probe("NonZero(scalar)").types()).containsExactly("int64[?,?]");
        assertThat(probe("Compress(x, c) {axis=1}").types()).containsExactly("float[N,?,5]");
        assertThat(probe("Compress(x, c)").types()).containsExactly("float[?]");
        assertThat(probe("Unique(x) {axis=1}").types()).containsExactly("float[N,?,5]");
        assertThat(probe("Unique(x)").types()).containsExactly("float[?]");
        assertThat(probe("NonMaxSuppression(boxes, x)").types()).containsExactly("int64[?,3]");
    }

    @Test
    void channelsBesideTheChosenAxisGoTogether() {
        assertThat(probe("Compress(x, c) {axis=1}").partners("x", 2, 3)).containsExactly("y.2.3");
        assertThat(probe("Compress(x, c) {axis=1}").isFree("x", 1)).isFalse();
        OperatorProbe reversed = probe("ReverseSequence(x, lens) {batch_axis=0, time_axis=1}");
        assertThat(reversed.types()).containsExactly("float[N,4,5]");
        assertThat(reversed.isFree("x", 1)).isFalse();
        assertThat(reversed.partners("x", 2, 3)).containsExactly("y.2.3");
    }

    @Test
    void aGridKeepsChannelsAndGivesThePlaces() {
        OperatorProbe probe = probe("GridSample(image, grid)");

        assertThat(probe.types()).containsExactly("float[N,4,2,3]");
        assertThat(probe.partners("image", 1, 3)).containsExactly("y.1.3");
        assertThat(probe.partners("grid", 1, 1)).containsExactly("y.2.1");
        assertThat(probe.isFree("image", 2)).isFalse();
        assertThat(probe.isHomogeneous(0)).isTrue();
    }

    @Test
    void numbersThatAreDrawnKeepAllChannels() {
        assertThat(probe("RandomNormalLike(x) {dtype=11}").types())
                .containsExactly("double[N,4,5]");
        assertThat(probe("Bernoulli(x)").isFree("x", 1)).isFalse();
        assertThat(probe("Multinomial(m) {sample_size=6}").types()).containsExactly("int32[3,6]");
    }

    @Test
    void anOpenSizeIsCounted() {
        String text =
                """
                graph (x: float[1,N,1], z: float[2,N]) -> (y)
                s = Size(%s)
                one: int64[1] = [-1]
                u = Reshape(s, one)
                y = ConstantOfShape(u)
                """;
        assertThat(OperatorProbe.of(text.formatted("x")).types()).containsExactly("float[N]");
        assertThat(OperatorProbe.of(text.formatted("z")).types()).containsExactly("float[?]");
        assertThat(
                        ShapeInference.of(
                                        GraphText.parse(
                                                "graph (x: float[2,3]) -> (y)\ny = Size(x)"))
                                .constant("y")
                                .orElseThrow()
                                .toLongs())
                .containsExactly(6);
    }

    @ParameterizedTest
    @ValueSource(strings = {"EyeLike(m)", "Size(x)", "NonZero(x)", "RandomUniformLike(x)"})
    void whatDependsOnTheShapeOrAllNumbersKeepsThem(String node) {
        String input = node.contains("(m)") ? "m" : "x";
        assertThat(probe(node).isFree(input, 1)).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "OneHot(i, none, two)           | a depth of 0",
                "OneHot(i, depth, three)        | has the shape [3], expected [2]",
                "OneHot(i, depth, two) {axis=3} | axis is 3, expected -3 to 2",
                "Trilu(vector)                  | expected matrices",
                "Trilu(m) {upper=2}             | upper is 2",
                "Compress(x, c) {axis=3}        | axis is 3",
                "Compress(x, m)                 | has the shape [3,4]",
                "EyeLike(x)                     | expected a matrix",
                "EyeLike(m) {dtype=99}          | dtype is 99, which is no element type",
                "ReverseSequence(x, few)        | has the shape [3], expected [4]",
                "ReverseSequence(x, lens) {batch_axis=0} | batch_axis and time_axis are both 0",
                "GridSample(x, grid)            | the grid [N,2,3,2] does not fit",
                "GridSample(image, image)       | places of 6 numbers, expected 2",
                "GridSample(image, grid) {mode=\"area\"} | mode is 'area'",
                "NonMaxSuppression(m, x)        | boxes have the shape [3,4]",
                "Unique(x) {axis=5}             | axis is 5",
                "Multinomial(x)                 | expected [N,C]",
                "Multinomial(m) {sample_size=0} | sample_size is 0",
                "RandomNormalLike()             | has no input 0",
            })
    void whatNoRuntimeRunsIsRefused(String node, String message) {
        assertThatThrownBy(() -> probe(node))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining(message);
    }

    @Test
    void moreIndicesThanThereIsRoomForAreLeftToTheRuntime() {
        String text = "graph () -> (y)\nc: bool[%s,1,1,1,1,1,1,1] = fill(true)\ny = NonZero(c)";

        assertThat(ShapeInference.of(GraphText.parse(text.formatted(1 << 20))).constant("y"))
                .isEmpty();
        assertThat(ShapeInference.of(GraphText.parse(text.formatted(3))).constant("y")).isPresent();
    }
}
