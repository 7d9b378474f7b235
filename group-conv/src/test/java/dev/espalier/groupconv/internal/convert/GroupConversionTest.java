package dev.espalier.groupconv.internal.convert;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.Proof;
import dev.espalier.groupconv.structure.GroupStructure;
import dev.espalier.groupconv.structure.Permutation;
import dev.espalier.runtime.OrtRunner;
import dev.espalier.testkit.pass.PassTester;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GroupConversionTest {
    private static final Permutation SAME = Permutation.identity(4);
    private static final Permutation CROSSED = Permutation.of(0, 2, 1, 3);
    private static final Permutation TURNED = Permutation.of(3, 1, 2, 0);

    private static GroupStructure two(Permutation outputs, Permutation inputs) {
        return new GroupStructure(2, outputs, inputs);
    }

    /** Converts, proves equality with the masked network, and compares as text. */
    private static Converted converted(String text, Map<String, GroupStructure> structures) {
        Model model = GraphText.parse(text);
        Converted converted = GroupConversion.convert(model, structures);
        PassContext context = PassContext.of(model).withRunner(new OrtRunner());
        Proof proof = Proof.equal(converted.masked(), converted.model(), converted, context);
        assertThat(proof.largestDifference()).isLessThan(1e-6);
        return converted;
    }

    private static void assertText(Converted converted, String text) {
        new PassTester.Outcome(
                        converted.masked(), converted.model(), PassContext.of(converted.masked()))
                .then(text);
    }

    /** A layer between input and output of the graph, which both keep their order. */
    private static final String PINNED =
            """
            opset 13
            graph g (x: float[N,4,2,2]) -> (y: float[N,4,2,2])
            w: float[4,4,1,1] = [1,2,3,4, 5,6,7,8, 9,10,11,12, 13,14,15,16]
            b: float[4] = [1, 2, 3, 4]
            y = Conv(x, w, b)
            """;

    @Test
    void betweenInputAndOutputBothGathersStay() {
        Converted converted = converted(PINNED, Map.of("y", two(TURNED, CROSSED)));

        assertText(
                converted,
                """
                opset 13
                graph g (x: float[N,4,2,2]) -> (y: float[N,4,2,2])
                w: float[4,2,1,1] = [5,7, 13,15, 2,4, 10,12]
                b: float[4] = [2, 4, 1, 3]
                x_shuffled_channels: int64[4] = [0, 2, 1, 3]
                y_channels: int64[4] = [2, 0, 3, 1]
                x_shuffled = Gather(x, x_shuffled_channels) {axis=1}
                y_grouped = Conv(x_shuffled, w, b) {group=2}
                y = Gather(y_grouped, y_channels) {axis=1}
                """);
        assertThat(converted.permutations()).isEqualTo(2);
        assertThat(converted.gathers()).isEqualTo(2);
        assertThat(converted.layers().get(0).stays())
                .anyMatch(text -> text.contains("they are graph input 'x'"))
                .anyMatch(text -> text.contains("reaches graph output 'y'"));
    }

    @Test
    void whatLiesInItsGroupsAlreadyIsOnlyCut() {
        Converted converted = converted(PINNED, Map.of("y", two(Permutation.of(1, 0, 2, 3), SAME)));

        assertText(
                converted,
                """
                opset 13
                graph g (x: float[N,4,2,2]) -> (y: float[N,4,2,2])
                w: float[4,2,1,1] = [1,2, 5,6, 11,12, 15,16]
                b: float[4] = [1, 2, 3, 4]
                y = Conv(x, w, b) {group=2}
                """);
        assertThat(converted.permutations()).isEqualTo(1);
        assertThat(converted.layers().get(0).toString())
                .isEqualTo("Conv 'y': 2 groups, its shuffle folded away");
    }

    @Test
    void groupsInAnotherSequenceOnBothSidesNeedNoGather() {
        Permutation swapped = Permutation.of(2, 3, 0, 1);

        assertThat(converted(PINNED, Map.of("y", two(swapped, swapped))).gathers()).isZero();
    }

    @Test
    void groupsThatCrossOverNeedOne() {
        Permutation swapped = Permutation.of(2, 3, 0, 1);
        Converted converted = converted(PINNED, Map.of("y", two(SAME, swapped)));

        assertThat(converted.gathers()).isEqualTo(1);
        assertThat(converted.layers().get(0).stays())
                .containsExactly(
                        "its inputs are gathered, since its groups lie in another sequence on its"
                                + " other side");
    }

    @Test
    void neighboursTakePermutationsIntoTheirRowsAndColumns() {
        Converted converted =
                converted(
                        """
                        opset 13
                        graph g (x: float[N,1,2,2]) -> (y: float[N,1,2,2])
                        w1: float[4,1,1,1] = [1, 2, 3, 4]
                        b1: float[4] = [10, 20, 30, 40]
                        slope: float[4,1,1] = [.1, .2, .3, .4]
                        w2: float[4,4,1,1] = [1,2,3,4, 5,6,7,8, 9,10,11,12, 13,14,15,16]
                        scale: float[4] = [1, 2, 3, 4]
                        bias: float[4] = [5, 6, 7, 8]
                        mean: float[4] = [.1, .2, .3, .4]
                        var: float[4] = [1, 2, 3, 4]
                        w3: float[1,4,1,1] = [1, 2, 3, 4]
                        a = Conv(x, w1, b1)
                        p = PRelu(a, slope)
                        c = Conv(p, w2)
                        n = BatchNormalization(c, scale, bias, mean, var)
                        r = Relu(n)
                        y = Conv(r, w3)
                        """,
                        Map.of("c", two(TURNED, CROSSED)));

        assertText(
                converted,
                """
                opset 13
                graph g (x: float[N,1,2,2]) -> (y: float[N,1,2,2])
                w1: float[4,1,1,1] = [1, 3, 2, 4]
                b1: float[4] = [10, 30, 20, 40]
                slope: float[4,1,1] = [.1, .3, .2, .4]
                w2: float[4,2,1,1] = [5,7, 13,15, 2,4, 10,12]
                scale: float[4] = [2, 4, 1, 3]
                bias: float[4] = [6, 8, 5, 7]
                mean: float[4] = [.2, .4, .1, .3]
                var: float[4] = [2, 4, 1, 3]
                w3: float[1,4,1,1] = [2, 4, 1, 3]
                a = Conv(x, w1, b1)
                p = PRelu(a, slope)
                c = Conv(p, w2) {group=2}
                n = BatchNormalization(c, scale, bias, mean, var)
                r = Relu(n)
                y = Conv(r, w3)
                """);
        assertThat(converted.folded()).isEqualTo(2);
    }

    private static final String PAIR =
            """
            opset 13
            graph g (x: float[N,1,4,4]) -> (y: float[N,1])
            w0: float[4,1,1,1] = seed(1)
            w1: float[4,4,3,3] = seed(2)
            d: float[4,1,3,3] = seed(3)
            w2: float[4,4,1,1] = seed(4)
            b2: float[4] = seed(5)
            head: float[1,64] = seed(6)
            a = Conv(x, w0)
            b = Conv(a, w1) {pads=[1,1,1,1]}
            m = Conv(b, d) {pads=[1,1,1,1], group=4}
            c = Conv(m, w2, b2)
            f = Flatten(c)
            y = Gemm(f, head) {transB=1}
            """;

    @Test
    void twoPermutationsThatMeetAreOneGather() {
        Converted converted =
                converted(PAIR, Map.of("b", two(TURNED, CROSSED), "c", two(SAME, SAME)));

        assertThat(converted.gathers()).isEqualTo(1);
        assertThat(converted.model().graph().nodes().stream().map(n -> n.opType()))
                .contains("Gather", "Flatten", "Gemm");
    }

    @Test
    void permutationsThatMeetAndAgreeAreNone() {
        Converted converted =
                converted(PAIR, Map.of("b", two(TURNED, CROSSED), "c", two(CROSSED, TURNED)));

        assertThat(converted.permutations()).isEqualTo(4);
        assertThat(converted.gathers()).isZero();
    }

    @Test
    void aFinerCutOfTheSameOrderNeedsNoGather() {
        Converted converted =
                converted(
                        PAIR,
                        Map.of(
                                "b",
                                two(TURNED, CROSSED),
                                "c",
                                new GroupStructure(4, CROSSED, TURNED)));

        assertThat(converted.gathers()).isZero();
    }

    /** A residual block in a stage of 4 channels; both readers and the writer share its order. */
    private static final String STAGE =
            """
            opset 13
            graph g (x: float[N,1,4,4]) -> (y: float[N,2])
            w0: float[4,1,3,3] = seed(1)
            w1: float[4,4,3,3] = seed(2)
            w2: float[4,4,3,3] = seed(3)
            w3: float[4,4,1,1] = seed(4)
            head: float[2,4] = seed(5)
            s0 = Conv(x, w0) {pads=[1,1,1,1]}
            a = Conv(s0, w1) {pads=[1,1,1,1]}
            ra = Relu(a)
            b = Conv(ra, w2) {pads=[1,1,1,1]}
            s1 = Add(b, s0)
            c = Conv(s1, w3)
            s2 = Add(s1, c)
            p = GlobalAveragePool(s2)
            f = Flatten(p)
            y = Gemm(f, head) {transB=1}
            """;

    @Test
    void aStageHasOneOrder() {
        Converted converted =
                converted(
                        STAGE,
                        Map.of(
                                "a", two(TURNED, CROSSED),
                                "b", two(CROSSED, TURNED),
                                "c", two(CROSSED, CROSSED)));

        assertThat(converted.permutations()).isEqualTo(6);
        assertThat(converted.gathers()).isZero();
    }

    @Test
    void onlyTheLayerThatWantsAnotherOrderKeepsItsGathers() {
        Map<String, GroupStructure> structures = new HashMap<>();
        structures.put("a", two(TURNED, CROSSED));
        structures.put("b", two(CROSSED, TURNED));
        structures.put("c", two(CROSSED, Permutation.of(0, 3, 1, 2)));
        Converted converted = converted(STAGE, structures);

        assertThat(converted.gathers()).isEqualTo(1);
        assertThat(stays(converted)).containsExactly("Conv 'c'");
        assertThat(converted.layers().get(2).toString()).contains("want them in another order");
    }

    private static List<String> stays(Converted converted) {
        return converted.layers().stream()
                .filter(layer -> !layer.stays().isEmpty())
                .map(LayerConversion::layer)
                .toList();
    }

    /** Two stages joined by a shortcut that drops pixels and adds channels of zeros. */
    private static final String WIDENING =
            """
            opset 13
            graph g (x: float[N,1,4,4]) -> (y: float[N,2])
            w0: float[4,1,1,1] = seed(1)
            w1: float[8,4,1,1] = seed(2)
            w2: float[8,8,1,1] = seed(3)
            pads: int64[8] = [0,2,0,0, 0,2,0,0]
            starts: int64[2] = [0, 0]
            ends: int64[2] = [9, 9]
            axes: int64[2] = [2, 3]
            steps: int64[2] = [2, 2]
            head: float[2,8] = seed(5)
            s = Conv(x, w0)
            r = Relu(s)
            h = Slice(r, starts, ends, axes, steps)
            t = Pad(h, pads)
            a = Conv(r, w1) {strides=[2,2]}
            u = Add(t, a)
            v = Relu(u)
            c = Conv(v, w2)
            z = Add(c, v)
            p = GlobalAveragePool(z)
            f = Flatten(p)
            y = Gemm(f, head) {transB=1}
            """;

    @Test
    void aShortcutThatAddsChannelsStaysAsItIsWhereTheStagesAgree() {
        Permutation inner = Permutation.of(1, 0, 2, 3, 5, 4, 7, 6);
        Converted converted = converted(WIDENING, Map.of("c", new GroupStructure(2, inner, inner)));

        assertThat(converted.gathers()).isZero();
        assertThat(converted.model().graph().producer("t").orElseThrow().opType()).isEqualTo("Pad");
    }

    @Test
    void aShortcutThatAddsChannelsLetsTheWiderStageHaveItsOwnOrder() {
        // All four channels of the first stage in one group: no order of the Pad's result does
        // that.
        Permutation inner = Permutation.of(2, 3, 4, 5, 0, 1, 6, 7);
        GroupStructure structure = new GroupStructure(2, inner, inner);
        Converted converted = converted(WIDENING, Map.of("c", structure));

        assertThat(converted.gathers()).isEqualTo(1);
        assertThat(converted.model().graph().producer("t").orElseThrow().opType())
                .isEqualTo("Gather");
        assertThat(stays(converted)).containsExactly("Pad 't'");
    }

    @Test
    void branchesOfAConcatKeepTheirPlaces() {
        String text =
                """
                opset 13
                graph g (x: float[N,1,2,2]) -> (y: float[N,1,2,2])
                w1: float[2,1,1,1] = [1, 2]
                w2: float[2,1,1,1] = [3, 4]
                w3: float[4,4,1,1] = seed(1)
                w4: float[1,4,1,1] = seed(2)
                a = Conv(x, w1)
                b = Conv(x, w2)
                j = Concat(a, b) {axis=1}
                c = Conv(j, w3)
                y = Conv(c, w4)
                """;

        assertThat(converted(text, Map.of("c", two(SAME, Permutation.of(3, 2, 1, 0)))).gathers())
                .isZero();
        assertThat(converted(text, Map.of("c", two(SAME, CROSSED))).gathers()).isEqualTo(1);
    }

    @Test
    void aGroupConvolutionNextToItKeepsItsGroups() {
        String text =
                """
                opset 13
                graph g (x: float[N,1,2,2]) -> (y: float[N,1,2,2])
                w0: float[4,1,1,1] = seed(1)
                w1: float[4,4,1,1] = seed(2)
                w2: float[4,2,1,1] = seed(3)
                b2: float[4] = seed(4)
                w3: float[1,4,1,1] = seed(5)
                a = Conv(x, w0)
                c = Conv(a, w1)
                r = Relu(c)
                d = Conv(r, w2, b2) {group=2}
                y = Conv(d, w3)
                """;

        Converted agrees = converted(text, Map.of("c", two(Permutation.of(2, 3, 1, 0), CROSSED)));
        assertThat(agrees.gathers()).isZero();

        Converted differs = converted(text, Map.of("c", two(TURNED, CROSSED)));
        assertThat(differs.gathers()).isEqualTo(1);
        assertThat(
                        differs.model()
                                .graph()
                                .producer("d")
                                .orElseThrow()
                                .attributes()
                                .integer("group", 1))
                .isEqualTo(2);
    }

    @Test
    void readersOfOneValueShareAGather() {
        Converted converted =
                converted(
                        """
                        opset 13
                        graph g (x: float[N,4,2,2]) -> (y: float[N,1,2,2])
                        w1: float[4,4,1,1] = seed(1)
                        w2: float[4,4,3,3] = seed(2)
                        w3: float[1,4,1,1] = seed(3)
                        a = Conv(x, w1)
                        b = Conv(x, w2) {pads=[1,1,1,1]}
                        s = Mul(a, b)
                        y = Conv(s, w3)
                        """,
                        Map.of("a", two(SAME, CROSSED), "b", two(SAME, CROSSED)));

        assertThat(converted.gathers()).isEqualTo(1);
        assertThat(converted.folded()).isEqualTo(1);
    }

    @Test
    void aBiasThatAnotherLayerReadsIsCopied() {
        Converted converted =
                converted(
                        """
                        opset 13
                        graph g (x: float[N,4,2,2]) -> (y: float[N,4,2,2], z: float[N,4,2,2])
                        w: float[4,4,1,1] = seed(1)
                        v: float[4,4,1,1] = seed(2)
                        b: float[4] = [1, 2, 3, 4]
                        y = Conv(x, w, b)
                        z = Conv(x, v, b)
                        """,
                        Map.of("y", two(CROSSED, SAME)));

        assertThat(converted.model().graph().initializers()).containsKeys("b", "b_1");
    }
}
