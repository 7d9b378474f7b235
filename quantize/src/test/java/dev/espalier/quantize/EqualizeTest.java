package dev.espalier.quantize;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.UnsupportedModelException;
import dev.espalier.testkit.RandomGraphs;
import dev.espalier.testkit.pass.PassTester;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EqualizeTest {
    private static final Equalize PASS = new Equalize(100);

    private static PassTester.Outcome equalized(String text) {
        return PassTester.given(text).with(c -> c.withRunner(Runners.SINGLE)).when(PASS);
    }

    /** A graph of images with one channel. */
    private static String graph(String body) {
        return "opset 17\ngraph (x: float[N,1,4,4]) -> (y: float[N,1,4,4])\n" + body;
    }

    /**
     * Two convolutions of two channels with {@code between}, which reads c and makes r.
     *
     * @param w first weight
     * @param b first bias
     * @param v second weight
     */
    private static String between(String w, String b, String v, String between) {
        return graph(
                """
                w: float[2,1,1,1] = %s
                b: float[2] = %s
                v: float[1,2,1,1] = %s
                zero: float[] = 0
                six: float[] = 6
                c = Conv(x, w, b) as first
                %s
                y = Conv(r, v) as second
                """
                        .formatted(w, b, v, between));
    }

    /** Before: channel 0 is to be divided by 4, channel 1 stays. */
    private static String between(String between) {
        return between("[8, -2]", "[4, 1]", "[0.5, 2]", between);
    }

    /** What {@link #between(String)} becomes. */
    private static String equalizedBetween(String between) {
        String all = between("[2, -2]", "[1, 1]", "[2, 2]", between);
        // What nobody reads is gone.
        return all.replace("zero: float[] = 0\n", "").replace("six: float[] = 6\n", "");
    }

    @Test
    void rowAndColumnOfAChannelReachTheSame() {
        equalized(between("r = Relu(c)"))
                .then(equalizedBetween("r = Relu(c)"))
                .noted("Conv 'first': 2 channels divided by 1.00 to 4.00")
                .noted("proved on");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "r = LeakyRelu(c) {alpha=0.2}",
                "r = Clip(c, zero)",
                "r = MaxPool(c) {kernel_shape=[1,1]}",
                "r = AveragePool(c) {kernel_shape=[3,3], pads=[1,1,1,1]}",
                "r = Identity(c)",
                "r = Mul(c, six)",
                "r = Pad(c, p)\n p: int64[8] = [0, 0, 0, 0, 0, 0, 0, 0]",
                "t = Transpose(c) {perm=[0,2,3,1]}\n r = Transpose(t) {perm=[0,3,1,2]}",
            })
    void positivelyHomogeneousOperatorsLetFactorsThrough(String between) {
        equalized(between(between)).noted("2 channels divided by 1.00 to 4.00").noted("proved on");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "r = Sigmoid(c)",
                "r = Clip(c, zero, six)",
                "r = Clip(c, six)",
                "r = Add(c, six)",
                "r = HardSwish(c)",
                "s = Sigmoid(c)\n r = Mul(c, s)",
                "r = Div(six, c)",
            })
    void othersDoNot(String between) {
        equalized(between(between))
                .unchangedBecause("a factor before it is not the same factor behind it");
    }

    @Test
    void anUnknownOperatorAndAGraphOutputFreeze() {
        equalized(between("r = com.example.Strange(c)")).unchangedBecause("unknown operator");
        equalized(
                        """
                        opset 17
                        graph (x: float[N,1,4,4]) -> (y: float[N,1,4,4], r: float[N,2,4,4])
                        w: float[2,1,1,1] = [8, -2]
                        v: float[1,2,1,1] = [0.5, 2]
                        r = Conv(x, w)
                        y = Conv(r, v)
                        """)
                .unchangedBecause("reaches graph output 'r'");
    }

    @Test
    void aSlopeStaysAndAnAddedConstantFollows() {
        String between =
                """
                slope: float[2,1,1] = [0.5, -0.25]
                shift: float[2,1,1] = [4, 8]
                p = PRelu(c, slope)
                r = Add(p, shift)
                """;
        equalized(between(between)).then(equalizedBetween(between.replace("[4, 8]", "[1, 8]")));
    }

    /** Shows one graph, in which the weights named are {@code before} and become {@code after}. */
    private static void becomes(String text, List<String> before, List<String> after) {
        equalized(graph(text.formatted(before.toArray())))
                .then(graph(text.formatted(after.toArray())));
    }

    @Test
    void aResidualStreamIsScaledAtAllItsMakersAndReaders() {
        // Channel 0: rows up to 16, columns up to 1: s = 4.
        becomes(
                """
                w: float[2,1,1,1] = %s
                u: float[2,1,1,1] = %s
                v: float[1,2,1,1] = %s
                f: float[1,2,1,1] = %s
                a = Conv(x, w)
                b = Conv(x, u)
                s = Add(a, b)
                r = Relu(s)
                c = Conv(r, v)
                d = Conv(s, f)
                y = Add(c, d)
                """,
                List.of("[16, 1]", "[4, 1]", "[1, 1]", "[0.25, 1]"),
                List.of("[4, 1]", "[1, 1]", "[4, 1]", "[1, 1]"));
    }

    @Test
    void concatenatedChannelsAreScaledEachAtItsOwnMaker() {
        becomes(
                """
                w: float[2,1,1,1] = %s
                u: float[2,1,1,1] = %s
                v: float[1,4,1,1] = %s
                a = Conv(x, w)
                b = Conv(x, u)
                s = Concat(a, b) {axis=1}
                y = Conv(s, v)
                """,
                List.of("[4, 1]", "[1, 9]", "[1, 1, 1, 1]"),
                List.of("[2, 1]", "[1, 3]", "[2, 1, 1, 3]"));
    }

    @Test
    void aDepthwiseConvolutionIsScaledBeforeAndBehind() {
        // One channel carries 64, 1 and 1 along the three layers: all come to 4.
        becomes(
                """
                w: float[2,1,1,1] = %s
                d: float[2,1,1,1] = %s
                e: float[2] = %s
                v: float[1,2,1,1] = %s
                a = Conv(x, w)
                r = Relu(a)
                b = Conv(r, d, e) {group=2}
                s = Relu(b)
                y = Conv(s, v)
                """,
                List.of("[64, 1]", "[1, 1]", "[16, 1]", "[1, 1]"),
                List.of("[4, 1]", "[4, 1]", "[4, 1]", "[4, 1]"));
    }

    @Test
    void flattenedChannelsAreColumnsOfSeveralPositions() {
        String text =
                """
                opset 17
                graph (x: float[N,1,1,2]) -> (y: float[N,1])
                w: float[2,1,1,1] = %s
                v: float[1,4] = %s
                a = Conv(x, w)
                f = Flatten(a)
                y = Gemm(f, v) {transB=1}
                """;
        equalized(text.formatted("[4, 1]", "[1, 0.5, 0.25, -1]"))
                .then(text.formatted("[2, 1]", "[2, 1, 0.25, -1]"));
    }

    @Test
    void emptyChannelsKeepTheirScale() {
        equalized(between("r = Relu(c)").replace("[8, -2]", "[0, -2]"))
                .noted("2 channels divided by 1.00 to 1.00");
    }

    @Test
    void batchNormalizationIsFoldedFirst() {
        equalized(
                        graph(
                                """
                        w: float[2,1,1,1] = [1, 1]
                        g: float[2] = [8, 2]
                        b: float[2] = [4, 1]
                        m: float[2] = [0, 0]
                        k: float[2] = [0.99999, 0.99999]
                        v: float[1,2,1,1] = [0.5, 2]
                        a = Conv(x, w)
                        c = BatchNormalization(a, g, b, m, k)
                        r = Relu(c)
                        y = Conv(r, v)
                        """))
                .noted("2 channels divided by 1.00 to 4.00")
                .noted("proved on");
    }

    @Test
    void aLayerWithFiltersOfAnotherKeepsItsScale() {
        equalized(
                        graph(
                                """
                        u: float[2,1,1,1] = [8, 1]
                        w: float[2,2,1,1] = [8, 1, 1, 1]
                        v: float[1,2,1,1] = [1, 1]
                        a = Conv(x, u)
                        b = Conv(a, w)
                        c = Conv(b, w)
                        y = Conv(c, v)
                        """))
                .skipped("its weight is not a constant of its own")
                .noted("proved on");
    }

    @Test
    void aBiasThatOthersReadTooIsCopied() {
        equalized(
                        graph(
                                """
                        w: float[2,1,1,1] = [4, 1]
                        b: float[2] = [8, 8]
                        v: float[2,2,1,1] = [1, 1, 1, 1]
                        f: float[1,2,1,1] = [4, 1]
                        a = Conv(x, w, b)
                        c = Conv(a, v, b)
                        y = Conv(c, f)
                        """))
                .noted("proved on");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void randomNetworksComputeTheSame(long seed) {
        PassTester.given(RandomGraphs.cnn(seed))
                .with(c -> c.withRunner(Runners.SINGLE))
                .when(PASS)
                .noted("proved on");
    }

    @Test
    void aQuantizedModelIsRefused() {
        String text =
                """
                opset 17
                graph (x: float[N,1]) -> (y: uint8[N,1])
                s: float[] = 1
                z: uint8[] = 0
                y = QuantizeLinear(x, s, z)
                """;
        assertThatThrownBy(() -> equalized(text))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("before quantize");
    }
}
