package dev.espalier.core.simplify;

import static dev.espalier.core.simplify.SimplifyTest.simplified;
import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.testkit.pass.PassTester;
import org.junit.jupiter.api.Test;

class InnerGraphsTest {
    @Test
    void bodiesOfFunctionsComeIntoThePlaceOfTheirCalls() {
        PassTester.Outcome outcome =
                simplified(
                        """
                        opset 17
                        opset my 1
                        function my::half {by=0.5} (a) -> (b) {
                          opset 17
                          opset other 3
                          k = Constant() {value_float=@by:float}
                          i = Identity(a)
                          b = Mul(i, k)
                        }
                        function my::quarter (a) -> (b) {
                          opset 17
                          opset my 1
                          h = my::half(a)
                          b = my::half(h)
                        }
                        function my::uncalled (a) -> (b) {
                          opset 17
                          b = Neg(a)
                        }
                        graph (x: float[2], b: float[2]) -> (y)
                        unread = my::half(x)
                        c = my::quarter(b)
                        d = my::half(x) {by=2.0}
                        y = Add(c, d)
                        """);
        outcome.then(
                        """
                        opset 17
                        opset my 1
                        opset other 3
                        graph (x: float[2], b: float[2]) -> (y)
                        k_2: float[] = 0.5
                        k_3: float[] = 0.5
                        k_1: float[] = 2
                        h = Mul(b, k_2)
                        c = Mul(h, k_3)
                        d = Mul(x, k_1)
                        y = Add(c, d)
                        """)
                .noted("put the bodies of functions into the place of 5 calls");
        assertThat(outcome.after().functions()).isEmpty();
    }

    @Test
    void nodesAreNamedAfterTheirCall() {
        PassTester.Outcome outcome =
                simplified(
                        """
                        opset 17
                        opset my 1
                        function my::dense (a, w) -> (b) {
                          opset 17
                          b = MatMul(a, w) as product
                        }
                        graph (x: float[2,2]) -> (y)
                        w: float[2,2] = seed(1)
                        h = my::dense(x, w) as first
                        y = my::dense(h, w) as second
                        """);

        assertThat(outcome.after().graph().nodes())
                .extracting(node -> node.name())
                .containsExactly("first/product", "second/product");
    }

    @Test
    void outputsThatAreInputsOrGivenTwiceAreCopied() {
        simplified(
                        """
                        opset 17
                        opset my 1
                        function my::f (a) -> (a, b, b) {
                          opset 17
                          b = Relu(a)
                        }
                        graph (x: float[2]) -> (p, q, r)
                        p, q, r = my::f(x)
                        """)
                .then(
                        """
                        opset 17
                        opset my 1
                        graph (x: float[2]) -> (p, q, r)
                        q = Relu(x)
                        p = Identity(x)
                        r = Identity(q)
                        """);
    }

    @Test
    void functionsThatTheRuntimeHasStay() {
        String text =
                """
                opset 17
                opset com.microsoft 1
                function com.microsoft::Turn (a) -> (b) {
                  opset 17
                  b = Neg(a)
                }
                graph (x: float[2]) -> (y)
                y = com.microsoft::Turn(x)
                """;
        PassTester.Outcome outcome = simplified(text);

        outcome.then(
                text.substring(0, text.indexOf("function"))
                        + text.substring(text.indexOf("graph")));
        assertThat(outcome.after().functions()).isEqualTo(outcome.before().functions());
    }

    @Test
    void functionsOfOtherOperatorSetsStay() {
        PassTester.Outcome outcome =
                simplified(
                        """
                        opset 17
                        opset my 1
                        function my::turn (a) -> (b) {
                          opset 15
                          b = Neg(a)
                        }
                        graph (x: float[2]) -> (y)
                        y = my::turn(x)
                        """);

        assertThat(outcome.after().functions()).hasSize(1);
        assertThat(outcome.after().graph().nodes().get(0).opType()).isEqualTo("turn");
    }

    @Test
    void theBranchThatIsTakenComesIntoThePlaceOfTheIf() {
        simplified(
                        """
                        opset 13
                        graph (x: float[N,4,1]) -> (y)
                        one: int64[] = 1
                        two: int64[] = 2
                        axis: int64[1] = [2]
                        s = Shape(x)
                        d = Gather(s, two)
                        c = Equal(d, one)
                        y = If(c) {then_branch=graph t () -> (a) { a = Squeeze(x, axis) },
                            else_branch=graph e () -> (b) { b = Identity(x) }}
                        """)
                .then(
                        """
                        opset 13
                        graph (x: float[N,4,1]) -> (y)
                        axis: int64[1] = [2]
                        y = Squeeze(x, axis)
                        """)
                .noted("put the branches that are taken into the place of 1 If nodes");
    }

    @Test
    void anIfInABranchGoesWithItAndCapturesStayWhatTheyWere() {
        simplified(
                        """
                        opset 13
                        graph (x: float[N,4], q: bool[]) -> (y)
                        yes: bool[] = 1
                        y = If(yes) {then_branch=graph t () -> (a) {
                                h = Relu(x)
                                a = If(q) {then_branch=graph t2 () -> (u) { u = Neg(h) },
                                    else_branch=graph e2 () -> (v) { v = Tanh(x) }}
                            }, else_branch=graph e () -> (b) { b = Identity(x) }}
                        """)
                .then(
                        """
                        opset 13
                        graph (x: float[N,4], q: bool[]) -> (y)
                        h_1 = Relu(x)
                        y = If(q) {then_branch=graph t2 () -> (u) {
                          u = Neg(h_1)
                        }, else_branch=graph e2 () -> (v) {
                          v = Tanh(x)
                        }}
                        """);
    }

    @Test
    void anIfOfWhichTheBatchDecidesStays() {
        String text =
                """
                opset 13
                graph (x: float[N,4]) -> (y)
                one: int64[1] = [1]
                zero: int64[1] = [0]
                s = Shape(x)
                n = Gather(s, zero)
                c = Equal(n, one)
                y = If(c) {then_branch=graph t () -> (a) {
                  a = Relu(x)
                }, else_branch=graph e () -> (b) {
                  b = Neg(x)
                }}
                """;
        simplified(text).then(text);
    }

    @Test
    void graphsInsideOfFunctionsGetNamesOfTheirOwn() {
        simplified(
                        """
                        opset 17
                        opset my 1
                        function my::pick (q, a) -> (y) {
                          opset 17
                          h = Relu(a)
                          y = If(q) {then_branch=graph t () -> (u) { u = Neg(h) },
                              else_branch=graph e () -> (v) { v = Tanh(a) }}
                        }
                        graph (q: bool[], x: float[2]) -> (z)
                        u = my::pick(q, x)
                        z = my::pick(q, u)
                        """)
                .then(
                        """
                        opset 17
                        opset my 1
                        graph (q: bool[], x: float[2]) -> (z)
                        h = Relu(x)
                        u = If(q) {then_branch=graph t () -> (u_1) {
                          u_1 = Neg(h)
                        }, else_branch=graph e () -> (v) {
                          v = Tanh(x)
                        }}
                        h_1 = Relu(u)
                        z = If(q) {then_branch=graph t () -> (u_2) {
                          u_2 = Neg(h_1)
                        }, else_branch=graph e () -> (v_1) {
                          v_1 = Tanh(u)
                        }}
                        """);
    }
}
