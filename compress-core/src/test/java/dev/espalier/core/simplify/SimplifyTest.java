package dev.espalier.core.simplify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Opaque;
import dev.espalier.core.pass.DirectContext;
import dev.espalier.core.pass.PassCatalog;
import dev.espalier.testkit.PassTester;
import dev.espalier.testkit.RandomGraphs;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SimplifyTest {
    private static PassTester.Outcome simplified(String text) {
        return PassTester.given(text).whenPreviewed(new Simplify());
    }

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
    void deadNodesAndConstantsVanish() {
        simplified(
                        """
                        graph (x: float[2]) -> (y)
                        w: float[2]
                        v: float[2]
                        a = Add(x, w)
                        b = Mul(a, a)
                        y = Relu(x)
                        """)
                .then("graph (x: float[2]) -> (y)\ny = Relu(x)\n")
                .noted("removed 2 nodes that no output needs, removed 2 constants");
    }

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
    void initializersListedAsInputsBecomeConstants() {
        Model model =
                GraphText.parse(
                        """
                        graph (x: float[2], w: float[2]) -> (y)
                        w: float[2] = [1, 2]
                        y = Add(x, w)
                        """);
        Model old = new Model(3, Map.of("", 9L), model.graph(), Map.of(), Opaque.NONE);
        PassTester.Outcome outcome = PassTester.given(old).whenPreviewed(new Simplify());
        assertThat(outcome.after().graph().inputs()).hasSize(1);
        assertThat(outcome.after().irVersion()).isEqualTo(4);
        outcome.noted("made 1 initializers constant");
    }

    @Test
    void unknownOperatorSetsAreRefused() {
        for (int opset : new int[] {8, 27}) {
            assertThatThrownBy(
                            () ->
                                    simplified(
                                            "opset %d\ngraph (x) -> (y)\ny = Relu(x)\n"
                                                    .formatted(opset)))
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageContaining("versions 9 to 26 are known");
        }
    }

    @Test
    void unknownOperatorsAndDomainsPassThrough() {
        simplified(
                        """
                        opset com.example 1
                        graph (x: float[2]) -> (y)
                        w: float[2]
                        a = com.example::Identity(w)
                        b = FutureOperator(a, x)
                        y = com.example::Dropout(b)
                        """)
                .unchanged();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void twiceIsOnce(long seed) {
        Model model = RandomGraphs.cnn(seed);
        Model once = new Simplify().preview(model, DirectContext.of(model));
        assertThat(new Simplify().preview(once, DirectContext.of(model))).isSameAs(once);
        assertThat(once.graph().outputs()).isEqualTo(model.graph().outputs());
    }

    @Test
    void anEmptyGraphStays() {
        Graph empty =
                new Graph("", List.of(), List.of(), List.of(), List.of(), List.of(), Opaque.NONE);
        PassTester.given(new Model(8, Map.of("", 17L), empty, Map.of(), Opaque.NONE))
                .whenPreviewed(new Simplify())
                .unchanged();
    }

    @Test
    void theCatalogueListsBothPasses() {
        List<Object> passes = new ArrayList<>();
        ServiceLoader.load(PassCatalog.class).forEach(catalog -> passes.addAll(catalog.passes()));
        assertThat(passes).contains(Simplify.class, FoldBatchNorm.class);
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
