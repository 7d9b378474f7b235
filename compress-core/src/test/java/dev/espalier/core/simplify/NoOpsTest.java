package dev.espalier.core.simplify;

import static dev.espalier.core.simplify.SimplifyTest.simplified;

import org.junit.jupiter.api.Test;

class NoOpsTest {
    @Test
    void clippingTwiceToTheSameLimitsIsClippingOnce() {
        simplified(
                        """
                        graph (x: float[2]) -> (y)
                        low: float = 0
                        high: float = 6
                        a = Relu(x)
                        b = Relu(a)
                        c = Neg(b)
                        d = Clip(c, low, high)
                        e = Clip(d, low, high)
                        y = Neg(e)
                        """)
                .then(
                        """
                        graph (x: float[2]) -> (y)
                        low: float = 0
                        high: float = 6
                        a = Relu(x)
                        c = Neg(a)
                        d = Clip(c, low, high)
                        y = Neg(d)
                        """)
                .noted("removed 2 nodes that change nothing");
    }

    @Test
    void clippingToOtherLimitsStays() {
        simplified(
                        """
                        graph (x: float[2]) -> (y)
                        low: float = 0
                        high: float = 6
                        low1: float = 1
                        a = Clip(x, low, high)
                        b = Clip(a, low1, high)
                        c = Relu(b)
                        d = LeakyRelu(c)
                        y = LeakyRelu(d)
                        """)
                .unchanged();
    }

    @Test
    void identitiesAndDropoutVanish() {
        simplified(
                        """
                        graph (x: float[2]) -> (y)
                        ratio: float = 0.5
                        no: bool = false
                        a = Identity(x)
                        b = Dropout(a, ratio)
                        c = Dropout(b, ratio, no)
                        d = Relu(c)
                        e = Identity(d)
                        y = Neg(e)
                        """)
                .then(
                        """
                        graph (x: float[2]) -> (y)
                        d = Relu(x)
                        y = Neg(d)
                        """)
                .noted("removed 4 nodes that change nothing");
    }

    @Test
    void otherNodesThatChangeNothingVanish() {
        simplified(
                        """
                        graph (x: float[2,3]) -> (y)
                        p: int64[4]
                        a = Pad(x, p)
                        b = Concat(a) {axis=0}
                        c = Cast(b) {to=1}
                        d = Transpose(c) {perm=[0,1]}
                        y = Relu(d)
                        """)
                .then("graph (x: float[2,3]) -> (y)\ny = Relu(x)\n");
    }

    @Test
    void nodesThatLookAlikeButWorkStay() {
        simplified(
                        """
                        graph (x: float[2,3], t: bool[]) -> (y)
                        p: int64[4] = [0, 0, 0, 1]
                        r: float = 0.5
                        yes: bool = true
                        a = Pad(x, p)
                        b = Concat(a, a) {axis=0}
                        c = Cast(b) {to=11}
                        d = Transpose(c)
                        e = Dropout(d, r, yes)
                        f, m = Dropout(e)
                        g = Dropout(f, r, t)
                        n = Cast(m) {to=11}
                        y = Mul(g, n)
                        """)
                .unchanged();
    }

    @Test
    void anIdentityBeforeAnOutputGivesItsNameToTheNodeBefore() {
        simplified(
                        """
                        graph (x: float[2]) -> (y, z)
                        a = Relu(x)
                        b = Identity(a)
                        y = Identity(b)
                        z = Neg(a)
                        """)
                .then(
                        """
                        graph (x: float[2]) -> (y, z)
                        y = Relu(x)
                        z = Neg(y)
                        """);
    }

    @Test
    void identitiesThatACallerSeesStay() {
        simplified("graph (x: float[2]) -> (y)\ny = Identity(x)\n").unchanged();
        simplified(
                        """
                        graph (x: float[2]) -> (a, y)
                        a = Relu(x)
                        y = Identity(a)
                        """)
                .unchanged();
    }

    @Test
    void identitiesOfSharedConstantsBecomeConstantsOfTheirOwn() {
        simplified(
                        """
                        graph (x: float[2]) -> (y)
                        w: float[2] = [1, 2]
                        v = Identity(w)
                        a = Add(x, w)
                        y = Mul(a, v)
                        """)
                .then(
                        """
                        graph (x: float[2]) -> (y)
                        w: float[2] = [1, 2]
                        v: float[2] = [1, 2]
                        a = Add(x, w)
                        y = Mul(a, v)
                        """);
    }

    @Test
    void namesThatSubGraphsReadStay() {
        simplified(
                        """
                        graph (x: float[1], c: bool[]) -> (y)
                        i = Identity(x)
                        y = If(c) {then_branch=graph () -> (a) {
                          a = Neg(i)
                        }, else_branch=graph () -> (b) {
                          b = Relu(x)
                        }}
                        """)
                .unchangedBecause("Identity 'i': stays: a sub-graph reads");
    }

    @Test
    void constantsThatSubGraphsReadKeepTheirNames() {
        simplified(
                        """
                        graph (x: float[1], c: bool[]) -> (y)
                        k = Constant() {value=tensor(float[1], [2.0])}
                        y = If(c) {then_branch=graph () -> (a) {
                          a = Add(x, k)
                        }, else_branch=graph () -> (b) {
                          b = Relu(x)
                        }}
                        """)
                .then(
                        """
                        graph (x: float[1], c: bool[]) -> (y)
                        k: float[1] = [2.0]
                        y = If(c) {then_branch=graph () -> (a) {
                          a = Add(x, k)
                        }, else_branch=graph () -> (b) {
                          b = Relu(x)
                        }}
                        """);
    }

    @Test
    void aLongChainOfIdentitiesIsQuick() {
        StringBuilder text = new StringBuilder("graph (x: float[2]) -> (y)\nv0 = Neg(x)\n");
        for (int i = 1; i <= 20_000; i++) {
            text.append("v%d = Identity(v%d)%n".formatted(i, i - 1));
        }
        simplified(text + "y = Relu(v20000)\n")
                .then("graph (x: float[2]) -> (y)\nv0 = Neg(x)\ny = Relu(v0)\n");
    }
}
