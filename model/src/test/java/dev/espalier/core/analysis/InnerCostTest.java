package dev.espalier.core.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import org.junit.jupiter.api.Test;

/** Layers inside functions and bodies are counted where they run. */
class InnerCostTest {
    private static Cost cost(String text) {
        return Cost.of(GraphText.parse(text), InputShapes.ofBatch(2));
    }

    @Test
    void aFunctionCountsForEachCallAndItsWeightsOnce() {
        Cost cost =
                cost(
                        """
                        opset 17
                        opset my 1
                        function my::dense (x, w) -> (y) {
                          y = MatMul(x, w)
                        }
                        function my::two (x, w) -> (y) {
                          h = my::dense(x, w)
                          r = Relu(h)
                          y = my::dense(r, w)
                        }
                        graph (x: float[N,4]) -> (z)
                        w: float[4,4] = seed(1)
                        v: float[4,5] = seed(2)
                        a = my::dense(x, w) as first
                        b = my::two(a, w) as second
                        z = MatMul(b, v)
                        """);

        assertThat(cost.macs()).isEqualTo(3 * 2 * 16 + 2 * 20);
        assertThat(cost.parameters()).isEqualTo(16 + 20);
        assertThat(cost.uncounted()).isEmpty();
        assertThat(cost.nodes()).extracting(NodeCost::macs).containsExactly(32L, 64L, 40L);
        assertThat(cost.nodes().get(1).inside().get(0).nodes())
                .extracting(NodeCost::macs)
                .containsExactly(32L, 0L, 32L);
    }

    @Test
    void aFunctionSeesTheAttributesOfItsCallAndTheirDefaults() {
        Model model =
                GraphText.parse(
                        """
                        opset 17
                        opset my 1
                        function my::flat {a=1} (x) -> (y) {
                          y = Flatten(x) {axis=@a:int}
                        }
                        graph (x: float[2,3,4]) -> (y, z)
                        y = my::flat(x)
                        z = my::flat(x) {a=2}
                        """);
        ShapeInference types = ShapeInference.of(model);

        assertThat(types.shape("y")).isEqualTo(Shape.of(2, 12));
        assertThat(types.shape("z")).isEqualTo(Shape.of(6, 4));
    }

    @Test
    void aFunctionFollowsOpenSizesOfItsInputs() {
        Model model =
                GraphText.parse(
                        """
                        opset 17
                        opset my 1
                        function my::like (x, s) -> (y) {
                          y = Reshape(x, s)
                        }
                        graph (x: float[N,3,4], t: float[N,12]) -> (y)
                        s = Shape(t)
                        y = my::like(x, s)
                        """);

        assertThat(ShapeInference.of(model).shape("y").toString()).isEqualTo("[N,12]");
    }

    @Test
    void ofTwoBranchesTheDearerCounts() {
        Cost cost =
                cost(
                        """
                        opset 13
                        graph (c: bool[], x: float[N,4]) -> (y, z)
                        w: float[4,4] = seed(1)
                        v: float[4,7] = seed(2)
                        y = If(c) {then_branch=graph t () -> (a) { a = MatMul(x, w) },
                            else_branch=graph e () -> (b) { b = MatMul(x, v) }}
                        z = MatMul(x, w)
                        """);

        assertThat(cost.macs()).isEqualTo(2 * 28 + 2 * 16);
        assertThat(cost.parameters()).isEqualTo(16 + 28);
        assertThat(cost.uncounted()).isEmpty();
    }

    @Test
    void aConditionThatIsKnownCountsTheBranchThatIsTaken() {
        Cost cost =
                cost(
                        """
                        opset 13
                        graph (x: float[N,4]) -> (z)
                        w: float[4,4] = seed(1)
                        v: float[4,7] = seed(2)
                        two: int64[1] = [2]
                        s = Shape(x)
                        r = Shape(s)
                        c = Equal(r, two)
                        y = If(c) {then_branch=graph t () -> (a) { a = MatMul(x, w) },
                            else_branch=graph e () -> (b) { b = MatMul(x, v) }}
                        z = MatMul(y, w)
                        """);

        assertThat(cost.macs()).isEqualTo(2 * 16 + 2 * 16);
    }

    @Test
    void aLoopCountsAsOftenAsItRunsAtMost() {
        String text =
                """
                opset 13
                graph (%s x: float[N,4]) -> (h, all)
                w: float[4,4] = seed(1)
                %s
                h, all = Loop(m, "", x) {body=graph b (i, c, a) -> (c1, a1, e) {
                    c1 = Identity(c)
                    a1 = MatMul(a, w)
                    e = Relu(a1)
                }} as loop
                """;
        Cost known = cost(text.formatted("", "m: int64[] = 5"));
        Cost open = cost(text.formatted("m: int64[],", ""));

        assertThat(known.macs()).isEqualTo(5 * 2 * 16);
        assertThat(known.uncounted()).isEmpty();
        assertThat(open.macs()).isEqualTo(2 * 16);
        assertThat(open.uncounted())
                .containsExactly(
                        "Loop 'loop': how often it runs is known at run time only; counted once");
    }

    @Test
    void whatALoopCarriesIsKnownAsFarAsItStaysTheSame() {
        Model model =
                GraphText.parse(
                        """
                        opset 13
                        graph (x: float[2,4], m: int64[]) -> (h, g, all)
                        h, g, all = Loop(m, "", x, x) {body=graph b (i, c, a, d) -> (c1, a1, d1, e) {
                            c1 = Identity(c)
                            a1 = Relu(a)
                            d1 = Concat(d, d) {axis=0}
                            e = Transpose(a)
                        }}
                        """);
        ShapeInference types = ShapeInference.of(model, InputShapes.ofBatch(1));

        assertThat(types.shape("h").toString()).isEqualTo("[2,4]");
        assertThat(types.shape("g").toString()).isEqualTo("[?,4]");
        assertThat(types.shape("all").toString()).isEqualTo("[?,4,2]");
    }

    @Test
    void aScanRunsOnceForEachEntry() {
        Model model =
                GraphText.parse(
                        """
                        opset 13
                        graph (s: float[N,4], x: float[7,2,4]) -> (last, all)
                        w: float[4,4] = seed(1)
                        last, all = Scan(s, x) {num_scan_inputs=1, body=graph b (a, e) -> (a1, y) {
                            m = MatMul(e, w)
                            a1 = Add(a, m)
                            y = Relu(a1)
                        }}
                        """);
        ShapeInference types = ShapeInference.of(model);
        Cost cost = Cost.of(model, InputShapes.ofBatch(2));

        assertThat(types.shape("last").toString()).isEqualTo("[?,4]");
        assertThat(types.shape("all").toString()).isEqualTo("[7,2,4]");
        assertThat(cost.macs()).isEqualTo(7 * 2 * 16);
    }

    @Test
    void whatNobodyDescribedIsNamedWhereItHasWeights() {
        Cost cost =
                cost(
                        """
                        opset 17
                        opset com.example 1
                        graph (x: float[N,4]) -> (y)
                        w: float[4,4] = seed(1)
                        a = com.example::Dense(x, w) as dense
                        y = com.example::Twist(a)
                        """);

        assertThat(cost.parameters()).isEqualTo(16);
        assertThat(cost.uncounted())
                .containsExactly("Dense 'dense': nobody described its operator");
    }

    @Test
    void aBranchThatIsNeverTakenNeedNotFit() {
        String text =
                """
                opset 13
                graph (x: float[N,4,7], w: float[7,2]) -> (z)
                one: int64[] = 1
                two: int64[] = 2
                axis: int64[1] = [2]
                s = Shape(x)
                d = Gather(s, two)
                c = Equal(d, one)
                y = If(c) {then_branch=graph t () -> (a) { a = Squeeze(x, axis) },
                    else_branch=graph e () -> (b) { b = Identity(x) }}
                z = MatMul(y, w)
                """;

        assertThat(ShapeInference.of(GraphText.parse(text)).shape("y").toString())
                .isEqualTo("[N,4,7]");
        assertThat(cost(text).macs()).isEqualTo(2 * 4 * 7 * 2);
        assertThat(cost(text).uncounted()).isEmpty();
    }

    @Test
    void layersOfABranchThatDoesNotFitAreNamed() {
        Cost cost =
                cost(
                        """
                        opset 13
                        graph (c: bool[], x: float[N,4]) -> (y)
                        w: float[4,4] = seed(1)
                        v: float[5,7] = seed(2)
                        y = If(c) {then_branch=graph t () -> (a) { a = MatMul(x, w) },
                            else_branch=graph e () -> (b) { b = MatMul(x, v) }} as choice
                        """);

        assertThat(cost.macs()).isEqualTo(2 * 16);
        assertThat(cost.uncounted())
                .containsExactly("If 'choice': nobody could look into else_branch");
    }
}
