package dev.espalier.quantize.internal.linear;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.pass.Pass;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.PassRun;
import dev.espalier.core.recipe.Options;
import dev.espalier.quantize.QuantizeDynamic;
import dev.espalier.quantize.QuantizeWeights;
import dev.espalier.quantize.Runners;
import dev.espalier.quantize.encoder.Comparison;
import dev.espalier.quantize.encoder.Encoder;
import dev.espalier.quantize.encoder.TokenSamples;
import dev.espalier.testkit.pass.PassTester;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What every pass leaves alone that quantizes products by constant matrices. */
class LinearLayersTest {
    /** These passes. */
    private enum Kind {
        DYNAMIC("quantize-dynamic", "MatMulInteger") {
            @Override
            Pass pass(String... exclude) {
                return Options.defaults(QuantizeDynamic.class).withExclude(List.of(exclude));
            }
        },
        WEIGHTS("quantize-weights", "com.microsoft.MatMulNBits") {
            @Override
            Pass pass(String... exclude) {
                return Options.defaults(QuantizeWeights.class).withExclude(List.of(exclude));
            }
        };

        private final String id;
        private final String operator;

        Kind(String id, String operator) {
            this.id = id;
            this.operator = operator;
        }

        abstract Pass pass(String... exclude);
    }

    private static PassTester.Outcome quantized(String text, Pass pass) {
        return PassTester.given(text).with(c -> c.withRunner(Runners.SINGLE)).when(pass);
    }

    @ParameterizedTest
    @EnumSource
    void whatIsNoMatrixOfConstantFloatsStaysAndIsNamed(Kind kind) {
        quantized(
                        """
                        opset 13
                        graph (x: float[2,2], s: float[2], d: double[2,2]) -> (a, b, c, d2, e, f, g)
                        w: float[2,2] = seed(1)
                        v: float[2,2,2] = seed(2)
                        u: float[2,2] = [1, NaN, 0, 1]
                        wd: double[2,2] = seed(1)
                        a = MatMul(x, v) as batched
                        b = MatMul(x, u) as broken
                        c = Gemm(x, w) {transA=1} as turned
                        d2 = MatMul(d, wd) as double
                        e = MatMul(w, x) as left
                        f = Gemm(x, w, s) {beta=0.5} as scaled
                        g = MatMul(s, w) as vector
                        """,
                        kind.pass())
                .unchangedBecause("'batched': stays float: its weight has the shape [2,2,2]")
                .skipped("'broken': stays float: its weight has values that are not finite")
                .skipped("'turned': stays float: it transposes its input")
                .skipped("'double': stays float: its weight is double[2,2]")
                .skipped("'left': stays float: its second matrix is computed at run time")
                .skipped("'scaled': stays float: it scales a bias that is computed at run time")
                .skipped("'vector': stays float: its input is a vector");
    }

    @ParameterizedTest
    @EnumSource
    void convolutionsStayFloat(Kind kind) {
        quantized(
                        """
                        opset 13
                        graph (x: float[N,4,4,4]) -> (y: float[N,4,4,4])
                        w: float[4,4,1,1] = seed(1)
                        y = Conv(x, w)
                        """,
                        kind.pass())
                .unchanged()
                .noted("convolutions left as they are: 1; " + kind.id + " takes MatMul and Gemm")
                .noted("nothing was quantized");
    }

    @ParameterizedTest
    @EnumSource
    void layersInsideOfNodesAreNamed(Kind kind) {
        quantized(
                        """
                        opset 13
                        graph (c: bool[], x: float[N,2]) -> (y)
                        w: float[2,2] = seed(1)
                        y = If(c) {then_branch=graph t () -> (a) { a = MatMul(x, w) as left }, else_branch=graph e () -> (b) { b = Gemm(x, w) as right }} as choice
                        """,
                        kind.pass())
                .unchanged()
                .noted("those that are there are named with the reason")
                .skipped("MatMul 'left' in then_branch of If 'choice'")
                .skipped("Gemm 'right' in else_branch of If 'choice'");
    }

    private static final String PRODUCT =
            """
            opset 13
            graph (x: float[N,2]) -> (y: float[N,2])
            w: float[2,2] = seed(1)
            y = MatMul(x, w) as last
            """;

    @ParameterizedTest
    @EnumSource
    void anExcludedLayerStaysFloat(Kind kind) {
        quantized(PRODUCT, kind.pass("last")).unchangedBecause("listed under 'exclude'");
    }

    @ParameterizedTest
    @EnumSource
    void excludingANodeThatIsNotThereIsAnError(Kind kind) {
        Model model = GraphText.parse(PRODUCT);

        assertThatThrownBy(() -> kind.pass("lsat").apply(model, PassContext.of(model)))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining(kind.id + ".exclude")
                .hasMessageContaining("[lsat]");
    }

    @ParameterizedTest
    @EnumSource
    void quantizingTwiceChangesNothingMore(Kind kind) {
        Model model = Encoder.exported();
        Model once = kind.pass().apply(model, TokenSamples.context(model, Runners.SINGLE));
        PassContext context = TokenSamples.context(once, Runners.SINGLE);

        assertThat(kind.pass().apply(once, context)).isSameAs(once);
        assertThat(context.skips())
                .map(PassRun.Skip::toString)
                .anyMatch(text -> text.contains("already quantized"));
        assertThat(context.notes()).anyMatch(note -> note.contains("nothing was quantized"));
    }

    @ParameterizedTest
    @EnumSource
    void operatorsNobodyKnowsPassThrough(Kind kind) {
        Model after =
                quantized(
                                """
                                opset 17
                                opset com.microsoft 1
                                graph (x: float[N,2]) -> (y: float[N,2])
                                w: float[2,2] = seed(1)
                                g = com.microsoft::FastGelu(x)
                                m = MatMul(g, w)
                                y = com.microsoft::QuickGelu(m)
                                """,
                                kind.pass())
                        .after();

        assertThat(Comparison.operators(after))
                .containsKeys("com.microsoft.FastGelu", "com.microsoft.QuickGelu", kind.operator);
    }
}
