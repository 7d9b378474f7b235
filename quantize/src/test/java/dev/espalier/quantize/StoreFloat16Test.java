package dev.espalier.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.PassRegistry;
import dev.espalier.core.pass.PassRun;
import dev.espalier.core.recipe.Options;
import dev.espalier.quantize.encoder.Comparison;
import dev.espalier.quantize.encoder.Encoder;
import dev.espalier.quantize.encoder.TokenSamples;
import dev.espalier.quantize.option.Extent;
import dev.espalier.quantize.option.HalfType;
import dev.espalier.testkit.pass.PassTester;
import dev.espalier.testkit.pass.RandomSamples;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class StoreFloat16Test {
    private static StoreFloat16 weights(HalfType type, String... exclude) {
        return Options.defaults(StoreFloat16.class).withType(type).withExclude(List.of(exclude));
    }

    private static final StoreFloat16 GRAPH =
            Options.defaults(StoreFloat16.class).withExtent(Extent.GRAPH);

    private static final String PRODUCT =
            """
            opset 13
            graph (x: float[N,8]) -> (y: float[N,8])
            w: float[8,8] = seed(1)
            b: float[8] = seed(2)
            m = MatMul(x, w) as product
            y = Add(m, b)
            """;

    private static PassTester.Outcome stored(String text, StoreFloat16 pass) {
        return PassTester.given(text).with(c -> c.withRunner(Runners.SINGLE)).when(pass);
    }

    private static long bytes(Model model) {
        return model.graph().initializers().values().stream()
                .mapToLong(initializer -> initializer.tensor().byteSize())
                .sum();
    }

    @ParameterizedTest
    @EnumSource(HalfType.class)
    void aWeightIsCastWhereItIsUsedAndSmallConstantsStay(HalfType type) {
        String name = type.name().toLowerCase(java.util.Locale.ROOT);
        stored(PRODUCT, weights(type))
                .then(
                        """
                        opset 13
                        graph (x: float[N,8]) -> (y: float[N,8])
                        b: float[8] = seed(2)
                        w_T: T[8,8]
                        w = Cast(w_T) {to=1}
                        m = MatMul(x, w)
                        y = Add(m, b)
                        """
                                .replace("T", name))
                .noted("1 tensors of 64 numbers in " + name)
                .noted("does not save time");
    }

    @Test
    void aWeightThatASubGraphReadsKeepsItsName() {
        Model after =
                stored(
                                """
                                opset 13
                                graph (c: bool[], x: float[N,8]) -> (y)
                                w: float[8,8] = seed(1)
                                y = If(c) {then_branch=graph t () -> (a) { a = MatMul(x, w) }, else_branch=graph e () -> (b) { b = Neg(x) }}
                                """,
                                weights(HalfType.FLOAT16))
                        .after();

        assertThat(after.graph().initializers()).containsOnlyKeys("w_float16");
        assertThat(after.graph().producer("w").orElseThrow().opType()).isEqualTo("Cast");
    }

    @Test
    void aConstantNodeIsStoredToo() {
        StringBuilder zeros = new StringBuilder("0.5");
        zeros.append(", 0.25".repeat(63));
        Model after =
                stored(
                                """
                                opset 13
                                graph (x: float[N,64]) -> (y)
                                c = Constant() {value=tensor(float[64], [%s])}
                                y = Add(x, c)
                                """
                                        .formatted(zeros),
                                weights(HalfType.FLOAT16))
                        .after();

        assertThat(after.graph().initializers().get("c_float16").tensor().dataType())
                .isEqualTo(DataType.FLOAT16);
        assertThat(after.graph().producer("c").orElseThrow().opType()).isEqualTo("Cast");
    }

    @Test
    void numbersBeyondTheRangeKeepTheirTensorFloat() {
        String large =
                """
                opset 13
                graph (x: float[N,64]) -> (y: float[N,64])
                b: float[64] = fill(70000)
                y = Add(x, b)
                """;

        stored(large, weights(HalfType.FLOAT16))
                .unchangedBecause(
                        "b: stays float: 64 of its numbers are above 65504.0, the greatest float16; the largest is 70000.0")
                .noted("nothing to store");
        assertThat(
                        stored(large, weights(HalfType.BFLOAT16))
                                .skippedNothing()
                                .after()
                                .graph()
                                .initializers())
                .containsOnlyKeys("b_bfloat16");
    }

    @Test
    void numbersTooSmallForFullPrecisionAreCounted() {
        stored(
                        """
                        opset 13
                        graph (x: float[N,64]) -> (y: float[N,64])
                        b: float[64] = fill(1e-9)
                        c: float[64] = fill(2e-5)
                        d = Add(x, b)
                        y = Add(d, c)
                        """,
                        weights(HalfType.FLOAT16))
                .noted("128 numbers below 6.1e-05 lose precision, 64 of them become zero");
    }

    @Test
    void anExcludedNodeKeepsItsWeight() {
        stored(PRODUCT, weights(HalfType.FLOAT16, "product"))
                .unchangedBecause("w: stays float: a node listed under 'exclude' reads it");
    }

    @Test
    void excludingANodeThatIsNotThereIsAnError() {
        assertThatThrownBy(() -> stored(PRODUCT, weights(HalfType.FLOAT16, "prodcut")))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("[prodcut]");
    }

    @ParameterizedTest
    @EnumSource(HalfType.class)
    void anEncoderTakesHalfTheBytes(HalfType type) {
        Model model = Encoder.exported();
        PassContext context = TokenSamples.context(model, Runners.SINGLE);
        Model after = weights(type).apply(model, context);

        assertThat((double) bytes(after) / bytes(model)).isLessThan(0.53);
        assertThat(Comparison.cosine(model, after, context))
                .isGreaterThan(type == HalfType.FLOAT16 ? 0.99999 : 0.999);
        // The runtime computes the casts when it loads the model.
        assertThat(Comparison.optimized(after).getOrDefault("Cast", 0L))
                .isEqualTo(Comparison.optimized(model).getOrDefault("Cast", 0L));
    }

    @Test
    void storingTwiceChangesNothingMore() {
        Model once = stored(PRODUCT, weights(HalfType.FLOAT16)).after();

        assertThat(weights(HalfType.FLOAT16).apply(once, PassContext.of(once))).isSameAs(once);
    }

    @Test
    void scalesOfAQuantizationStay() {
        Model model = Encoder.exported();
        PassContext context = TokenSamples.context(model, Runners.SINGLE);
        Model dynamic = Options.defaults(QuantizeDynamic.class).apply(model, context);
        Model after = weights(HalfType.FLOAT16).apply(dynamic, context);

        assertThat(Comparison.operators(after)).containsEntry("MatMulInteger", 14L);
        assertThat(Comparison.cosine(dynamic, after, context)).isGreaterThan(0.999);
    }

    @Test
    void aGraphCastsAtItsEndsOnly() {
        stored(PRODUCT, GRAPH)
                .then(
                        """
                        opset 13
                        graph (x: float[N,8]) -> (y: float[N,8])
                        w_float16: float16[8,8]
                        b_float16: float16[8]
                        x_float16 = Cast(x) {to=10}
                        m_float16 = MatMul(x_float16, w_float16)
                        y_float16 = Add(m_float16, b_float16)
                        y = Cast(y_float16) {to=1}
                        """)
                .noted("activations were not checked");
    }

    @Test
    void anEncoderRunsInFloat16() {
        for (Model model : List.of(Encoder.exported(), Encoder.withFusedOperators())) {
            PassContext context = TokenSamples.context(model, Runners.SINGLE);
            Model after = GRAPH.apply(model, context);

            assertThat(Comparison.cosine(model, after, context)).isGreaterThan(0.9999);
            assertThat((double) bytes(after) / bytes(model)).isLessThan(0.53);
            assertThat(after.graph().outputs()).isEqualTo(model.graph().outputs());
        }
    }

    @Test
    void anEpsilonThatWouldVanishStaysFloat() {
        Model model = Encoder.exported();
        PassContext context = TokenSamples.context(model, Runners.SINGLE);
        GRAPH.apply(model, context);

        assertThat(context.skips())
                .map(PassRun.Skip::toString)
                .anyMatch(text -> text.contains("its number 1.0E-12, 'tiny', becomes zero"));
    }

    private static final String SQUARES =
            """
            opset 13
            graph (x: float[N,4]) -> (y: float[N,4])
            k: float[] = 1000
            small: float[] = 0.001
            a = Mul(x, k) as scaled
            b = Mul(a, a) as squared
            c = Sqrt(b) as root
            y = Mul(c, small) as last
            """;

    @Test
    void valuesBeyondTheRangeKeepTheirMakersAndReadersFloat() {
        Model model = GraphText.parse(SQUARES);
        PassContext context = RandomSamples.context(model, Runners.SINGLE);
        Model after = GRAPH.apply(model, context);

        assertThat(after.graph().nodes().stream().map(Node::opType))
                .containsExactly("Cast", "Mul", "Cast", "Mul", "Sqrt", "Cast", "Mul", "Cast");
        assertThat(context.skips())
                .map(PassRun.Skip::toString)
                .hasSize(2)
                .anyMatch(text -> text.contains("'squared': stays float: 'b' reaches"))
                .anyMatch(text -> text.contains("'root': stays float: 'b' reaches"));
        assertThat(Comparison.cosine(model, after, context)).isGreaterThan(0.9999);
    }

    @Test
    void activationsThatAreNotFiniteAreAnError() {
        Model model =
                GraphText.parse(
                        """
                        opset 13
                        graph (x: float[N,4]) -> (y: float[N,4])
                        s = Sqrt(x)
                        y = Relu(s)
                        """);

        assertThatThrownBy(() -> GRAPH.apply(model, RandomSamples.context(model, Runners.SINGLE)))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("NaN in 's'");
    }

    @Test
    void aMaskOfMinusInfinityStaysFloat32() {
        Model model =
                GraphText.parse(
                        """
                        opset 13
                        graph (x: float[N,4]) -> (y: float[N,4])
                        bound: float[] = 0.8
                        open: float[] = 0
                        shut: float[] = -inf
                        c = Greater(x, bound)
                        m = Where(c, shut, open)
                        s = Add(x, m) as masked
                        p = Softmax(s)
                        y = Relu(p)
                        """);
        PassContext context = RandomSamples.context(model, Runners.SINGLE);
        GRAPH.apply(model, context);

        assertThat(context.skips())
                .map(PassRun.Skip::toString)
                .anyMatch(text -> text.contains("Add 'masked': stays float: 's' reaches Infinity"));
    }

    @Test
    void operatorsNobodyKnowsStayFloatAndAreNamed() {
        stored(
                        """
                        opset 17
                        opset com.microsoft 1
                        graph (x: float[N,8]) -> (y: float[N,8])
                        b: float[8] = seed(1)
                        s = Add(x, b)
                        y = com.microsoft::QuickGelu(s)
                        """,
                        GRAPH)
                .then(
                        """
                        opset 17
                        opset com.microsoft 1
                        graph (x: float[N,8]) -> (y: float[N,8])
                        b_float16: float16[8]
                        x_float16 = Cast(x) {to=10}
                        s_float16 = Add(x_float16, b_float16)
                        s = Cast(s_float16) {to=1}
                        y = com.microsoft::QuickGelu(s)
                        """)
                .noted(
                        "in float32 as before, since they have no float16 form or none is known: 1 QuickGelu");
    }

    @Test
    void bfloat16IsForWeightsOfNewerOperatorSets() {
        Model old = GraphText.parse(PRODUCT.replace("opset 13", "opset 12"));

        assertThatThrownBy(
                        () ->
                                Options.defaults(StoreFloat16.class)
                                        .withType(HalfType.BFLOAT16)
                                        .withExtent(Extent.GRAPH))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("extent: weights");
        assertThatThrownBy(() -> weights(HalfType.BFLOAT16).apply(old, PassContext.of(old)))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("operator set 13");
    }

    @Test
    void isFoundByItsNameAndNeedsNoData() {
        assertThat(PassRegistry.load().find("store-float16")).isPresent();
        assertThat(GRAPH.needsData()).isFalse();
    }
}
