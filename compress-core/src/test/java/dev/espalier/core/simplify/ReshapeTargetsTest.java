package dev.espalier.core.simplify;

import static dev.espalier.core.simplify.SimplifyTest.simplified;

import org.junit.jupiter.api.Test;

class ReshapeTargetsTest {
    @Test
    void shapesThatFollowTheBatchBecomeConstant() {
        simplified(
                        """
                        opset 13
                        graph (x: float[N,4,2,2]) -> (y, z)
                        zero: int64[] = 0
                        axes: int64[1] = [0]
                        two: int64[3] = [2, 2, 4]
                        rest: int64[1] = [-1]
                        four: int64 = 4
                        eight: int64[1] = [8]
                        s = Shape(x)
                        n = Gather(s, zero) {axis=0}
                        u = Unsqueeze(n, axes)
                        t = Concat(u, two) {axis=0}
                        y = Reshape(x, t)
                        m = Mul(n, four)
                        v = Unsqueeze(m, axes)
                        r = Concat(v, eight) {axis=0}
                        big = Concat(x, x) {axis=1}
                        z = Reshape(big, r)
                        """)
                .then(
                        """
                        opset 13
                        graph (x: float[N,4,2,2]) -> (y, z)
                        y_shape: int64[4] = [0, 2, 2, 4]
                        z_shape: int64[2] = [-1, 8]
                        y = Reshape(x, y_shape)
                        big = Concat(x, x) {axis=1}
                        z = Reshape(big, z_shape)
                        """);
    }

    @Test
    void everyOpenSizeThatStaysBecomesZero() {
        simplified(
                        """
                        opset 13
                        graph (x: float[N,4,H,2]) -> (y)
                        s = Shape(x)
                        y = Reshape(x, s)
                        """)
                .then(
                        """
                        opset 13
                        graph (x: float[N,4,H,2]) -> (y)
                        y_shape: int64[4] = [0, 4, 0, 2]
                        y = Reshape(x, y_shape)
                        """);
    }

    @Test
    void shapesWithTwoOpenSizesInNewPlacesStay() {
        simplified(
                        """
                        opset 13
                        graph (x: float[N,H,2]) -> (y)
                        swapped: int64[3] = [1, 0, 2]
                        s = Shape(x)
                        t = Gather(s, swapped) {axis=0}
                        y = Reshape(x, t)
                        """)
                .unchanged();
    }

    @Test
    void aSizeOfZeroThatIsMeantStandsBesideNoRest() {
        simplified(
                        """
                        opset 14
                        graph (x: float[N,0]) -> (y)
                        none: int64[1] = [0]
                        s = Shape(x)
                        t = Concat(none, s) {axis=0}
                        y = Reshape(x, t) {allowzero=1}
                        """)
                .unchanged();
    }

    @Test
    void aShapeBehindAnUnknownOperatorKeepsWhatIsKnownOfIt() {
        String text =
                """
                opset 13
                opset com.example 1
                graph (x: float[N,4,H,2]) -> (y)
                s = Shape(x)
                m = com.example::Mystery(x)
                y = Reshape(m, s)
                """;
        simplified(text).then(text);
    }
}
