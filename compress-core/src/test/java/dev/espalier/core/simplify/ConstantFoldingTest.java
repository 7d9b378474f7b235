package dev.espalier.core.simplify;

import static dev.espalier.core.simplify.SimplifyTest.simplified;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConstantFoldingTest {
    @Test
    void computesThePaddingThatExportsComputeFromShapes() {
        simplified(
                        """
                        opset 13
                        graph (x: float[N,4,8,8]) -> (y)
                        one: int64[] = 1
                        zeros: int64[6] = [0, 0, 0, 0, 0, 0]
                        axes: int64[1] = [0]
                        s = Shape(x)
                        c = Gather(s, one) {axis=0}
                        q = Div(c, four)
                        u = Unsqueeze(q, axes)
                        four = Constant() {value=tensor(int64[], [4])}
                        f = ConstantOfShape(k) {value=tensor(int64[1], [0])}
                        k = Constant() {value=tensor(int64[1], [4])}
                        h = Concat(f, u, tail) {axis=0}
                        tail: int64[3] = [0, 0, 0]
                        y = Pad(x, h)
                        """)
                .then(
                        """
                        opset 13
                        graph (x: float[N,4,8,8]) -> (y)
                        h: int64[8] = [0, 0, 0, 0, 1, 0, 0, 0]
                        y = Pad(x, h)
                        """)
                .noted("computed 7 nodes with constant results")
                .skippedNothing();
    }

    @Test
    void aResultThatIsAnOutputBecomesAConstantOutput() {
        simplified("graph (x: float[2,3]) -> (s)\ns = Shape(x)\n")
                .then("graph (x: float[2,3]) -> (s)\ns: int64[2] = [2, 3]\n");
    }

    /** They are stored so on purpose, and would take twice the bytes and more. */
    @ParameterizedTest
    @ValueSource(strings = {"float16", "bfloat16", "int8", "uint8", "int4"})
    void weightsStoredInFewBitsStayBehindTheirCast(String type) {
        simplified(
                        """
                        graph (x: float[N,4]) -> (y)
                        w: %s[4,4] = fill(1)
                        f = Cast(w) {to=1}
                        y = MatMul(x, f)
                        """
                                .formatted(type))
                .unchanged();
    }

    @Test
    void soTheyDoWhereTheyAreNoInitializerYet() {
        simplified(
                        """
                        graph (x: float[N,2]) -> (y)
                        h = Constant() {value=tensor(float16[2], [1.0, 2.0])}
                        f = Cast(h) {to=1}
                        y = Mul(x, f)
                        """)
                .then(
                        """
                        graph (x: float[N,2]) -> (y)
                        h: float16[2] = [1.0, 2.0]
                        f = Cast(h) {to=1}
                        y = Mul(x, f)
                        """);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "float16[] = 2.0",
                "int64[2] = [2, 2]",
                "bool[2] = [1, 1]",
                "int32[2] = [2, 2]"
            })
    void otherCastsOfConstantsAreComputed(String stored) {
        simplified(
                        """
                        graph (x: float[N,2]) -> (y)
                        k: %s
                        f = Cast(k) {to=1}
                        y = Mul(x, f)
                        """
                                .formatted(stored))
                .noted("computed 1 nodes with constant results");
    }

    @Test
    void whatDependsOnTheBatchStays() {
        simplified("graph (x: float[N,3]) -> (s)\ns = Shape(x)\n").unchanged();
    }

    @Test
    void bigResultsStayUnlessTheyShrinkTheModel() {
        simplified(
                        """
                        graph (x: float[200,200]) -> (y)
                        k: int64[2] = [200, 200]
                        big = ConstantOfShape(k) {value=tensor(float[1], [1.0])}
                        y = Add(x, big)
                        """)
                .unchanged();
        simplified(
                        """
                        graph (x: float[200,200]) -> (y)
                        w: float[200,200] = seed(1)
                        t = Transpose(w) {perm=[1,0]}
                        y = Add(x, t)
                        """)
                .then(
                        """
                        graph (x: float[200,200]) -> (y)
                        t: float[200,200]
                        y = Add(x, t)
                        """);
        simplified(
                        """
                        graph (x: float[200,200]) -> (y, z)
                        w: float[200,200] = seed(1)
                        t = Transpose(w) {perm=[1,0]}
                        y = Add(x, t)
                        z = Mul(x, w)
                        """)
                .unchanged();
    }

    @Test
    void aSmallPartOfABigResultIsComputed() {
        simplified(
                        """
                        graph (x: float[1]) -> (y)
                        k: int64[2] = [200, 200]
                        i: int64[] = 3
                        j: int64[1] = [5]
                        big = ConstantOfShape(k) {value=tensor(float[1], [1.0])}
                        row = Gather(big, i) {axis=0}
                        one = Gather(row, j) {axis=0}
                        y = Add(x, one)
                        """)
                .then(
                        """
                        graph (x: float[1]) -> (y)
                        one: float[1] = [1.0]
                        y = Add(x, one)
                        """);
    }

    @ParameterizedTest
    @ValueSource(strings = {"RandomNormal", "RandomUniform"})
    void randomNumbersAreNeverComputed(String operator) {
        simplified("graph () -> (y)\ny = " + operator + "() {shape=[2]}\n").unchanged();
    }

    @Test
    void randomNumbersLikeAConstantAreNeverComputed() {
        simplified(
                        """
                        graph () -> (y)
                        w: float[2] = [1, 2]
                        r = RandomNormalLike(w)
                        b = Bernoulli(w)
                        y = Add(r, b)
                        """)
                .unchanged();
    }

    @Test
    void quantizedWeightsStayQuantized() {
        simplified(
                        """
                        graph (x: float[2]) -> (y)
                        w: int8[2] = [1, 2]
                        s: float = 0.5
                        z: int8 = 0
                        d = DequantizeLinear(w, s, z)
                        y = Add(x, d)
                        """)
                .unchanged();
    }

    @Test
    void aTableThatIsReadOtherwiseIsNotStoredTwice() {
        String text =
                """
                graph (i: int64[N,8]) -> (y)
                table: float[50,16] = seed(1)
                h = Gather(table, i)
                t = Transpose(table) {perm=[1,0]}
                y = MatMul(h, t)
                """;
        simplified(text).then(text);
    }

    @Test
    void aTableThatNothingElseReadsIsTurnedOnce() {
        simplified(
                        """
                        graph (x: float[N,16]) -> (y)
                        table: float[50,16] = seed(1)
                        t = Transpose(table) {perm=[1,0]}
                        y = MatMul(x, t)
                        """)
                .then(
                        """
                        graph (x: float[N,16]) -> (y)
                        t: float[16,50]
                        y = MatMul(x, t)
                        """);
    }
}
