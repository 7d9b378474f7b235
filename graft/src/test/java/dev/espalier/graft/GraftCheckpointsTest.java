package dev.espalier.graft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.ir.GraphEditor;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.pass.PassCatalog;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.PassRun;
import dev.espalier.core.recipe.Options;
import dev.espalier.core.simplify.Simplify;
import dev.espalier.train.RecalibrateBatchNorm;
import dev.espalier.train.regime.AugmentationSettings;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

class GraftCheckpointsTest {
    private static final GraftCheckpoints PASS =
            Options.defaults(GraftCheckpoints.class)
                    .withNetworks(List.of("b.onnx"))
                    .withSamples(64)
                    .withAugmentation(AugmentationSettings.NONE);

    private static final BlendSettings HALF =
            Options.defaults(BlendSettings.class).withInformation(Information.NONE);

    static Model network(String first, int seed) {
        return GraphText.parse(
                """
                opset 13
                graph g (x: float[N,2,4,4]) -> (y: float[N,3])
                w1: float[2,2,1,1] = [%s]
                scale: float[2] = [1, 2]
                shift: float[2] = [0, 1]
                mean: float[2] = [0, 0]
                variance: float[2] = [1, 1]
                w2: float[3,2] = seed(%d)
                a = Conv(x, w1)
                n = BatchNormalization(a, scale, shift, mean, variance)
                r = Relu(n)
                p = GlobalAveragePool(r)
                f = Flatten(p)
                y = Gemm(f, w2) {transB=1}
                """
                        .formatted(first, seed));
    }

    private static float[] values(Model model, String name) {
        return model.graph().constant(name).orElseThrow().toFloats();
    }

    private static PassContext context(Model model, Model donor) {
        return Shades.context(model, 12).withModels(Map.of("b.onnx", donor)::get);
    }

    @Test
    void blendsByInformationAndMeasuresStatistics() {
        Model own = network("1, 1, 1, 1", 1);
        Model donor = network("1, 2, 3, 4", 1);
        PassContext context = context(own, donor);

        Model blended = PASS.apply(own, context);

        assertThat(values(blended, "w1"))
                .usingComparatorWithPrecision(1e-6f)
                .containsExactly(1f, 1.7f, 2.4f, 3.1f);
        assertThat(values(blended, "w2")).isEqualTo(values(own, "w2"));
        assertThat(blended.graph().nodes()).isEqualTo(own.graph().nodes());
        assertThat(context.notes())
                .anyMatch(note -> note.startsWith("blended 6 tensors with b.onnx, keeping shares"))
                .anyMatch(note -> note.startsWith("measured 1 batch normalizations"));
        assertThat(
                        new RecalibrateBatchNorm(64, AugmentationSettings.NONE)
                                .apply(blended, context(own, donor)))
                .isEqualTo(blended);
    }

    @Test
    void blendsChannelByChannelByTheScalesOfBatchNorms() {
        Model own = network("8, 8, 8, 8", 1);
        Model plain = network("0, 0, 0, 0", 1);
        Model donor =
                plain.withGraph(
                        new GraphEditor(plain.graph())
                                .setInitializer("scale", Tensor.ofFloats(Shape.of(2), 3, 2))
                                .build());
        PassContext context = context(own, donor);
        BlendSettings scales =
                Options.defaults(BlendSettings.class).withInformation(Information.SCALE);

        Model blended = PASS.withBlend(scales).withSamples(0).apply(own, context);

        // Scales of 1 against 3, and of 2 against 2.
        assertThat(values(blended, "w1")).containsExactly(2, 2, 4, 4);
        assertThat(values(blended, "scale")).containsExactly(2.5f, 2);
        assertThat(context.skips()).isEmpty();
        assertThat(context.notes())
                .containsExactly(
                        "blended 6 tensors with b.onnx, keeping shares from 0.25 to 0.50 of each");
    }

    /** Every recipe brings its own network to a newer operator set first. */
    @Test
    void donorsAreBroughtToTheOperatorSetOfTheNetworkAtHand() {
        String exported =
                """
                opset %s
                graph (x: float[N,2]) -> (y: float[N,3])
                w1: float[3,2] = fill(%s)
                y = Gemm(x, w1) {transB=1}
                """;
        Model own = GraphText.parse(exported.formatted(13, "8"));
        Model donor =
                GraphText.parse(
                        exported.formatted(9, "4")
                                .replace("y = Gemm(x,", "d = Dropout(x)\ny = Gemm(d,"));
        PassContext context = PassContext.of(own).withModels(Map.of("b.onnx", donor)::get);

        Model blended =
                PASS.withNetworks(List.of("b.onnx"))
                        .withBlend(HALF)
                        .withSamples(0)
                        .apply(own, context);

        assertThat(values(blended, "w1")).containsOnly(6);
    }

    /** Every recipe simplifies its own network first, and a file is as it was exported. */
    @Test
    void donorsAreSimplifiedAsTheNetworkAtHandWas() {
        String exported =
                """
                graph (x: float[N,2]) -> (y: float[N,3])
                w1: float[3,2] = fill(%s)
                i = Identity(x)
                y = Gemm(i, w1) {transB=1}
                """;
        Model original = GraphText.parse(exported.formatted("8"));
        Model own = new Simplify().preview(original, PassContext.of(original));
        assertThat(own.graph().nodes()).hasSize(1);
        PassContext context =
                PassContext.of(original)
                        .withModels(
                                Map.of("b.onnx", GraphText.parse(exported.formatted("4")))::get);

        Model blended =
                PASS.withNetworks(List.of("original", "b.onnx"))
                        .withBlend(HALF)
                        .withSamples(0)
                        .apply(own, context);

        assertThat(values(blended, "w1")).containsOnly(7);
        // Where nothing was simplified, files are taken as they are.
        assertThat(values(PASS.withBlend(HALF).withSamples(0).apply(original, context), "w1"))
                .containsOnly(6);
    }

    @Test
    void namesLayersThatNoScaleReaches() {
        String folded =
                """
                graph (x: float[N,2]) -> (y: float[N,3])
                w1: float[3,2] = fill(%s)
                y = Gemm(x, w1) {transB=1}
                """;
        Model own = GraphText.parse(folded.formatted("8"));
        PassContext context =
                PassContext.of(own)
                        .withModels(Map.of("b.onnx", GraphText.parse(folded.formatted("4")))::get);
        BlendSettings scales =
                Options.defaults(BlendSettings.class).withInformation(Information.SCALE);

        Model blended = PASS.withBlend(scales).withSamples(0).apply(own, context);

        assertThat(values(blended, "w1")).containsOnly(6);
        assertThat(context.skips())
                .map(PassRun.Skip::toString)
                .hasSize(1)
                .allMatch(text -> text.contains("blended as a whole, by entropy"));
    }

    @Test
    void equalNetworksStayAsTheyAre() {
        Model own = network("1, 2, 3, 4", 1);
        PassContext context = context(own, network("1, 2, 3, 4", 1));
        assertThat(PASS.apply(own, context)).isSameAs(own);
        assertThat(context.notes())
                .containsExactly("nothing to blend: the networks have equal weights");
    }

    @Test
    void severalGoInTheOrderOfARingAndTheNetworkAtHandKeepsItsShare() {
        Model own = network("8, 8, 8, 8", 1);
        PassContext context =
                PassContext.of(network("0, 0, 0, 0", 1))
                        .withModels(Map.of("b.onnx", network("4, 4, 4, 4", 1))::get);
        GraftCheckpoints pass = PASS.withNetworks(List.of("original", "b.onnx")).withBlend(HALF);

        Model blended = pass.apply(own, context);

        // 8/2 + (4/2 + 0/2)/2
        assertThat(values(blended, "w1")).containsOnly(5);
        assertThat(context.notes())
                .contains(
                        "batch-norm statistics are blended, not measured: the recipe has no data block");
    }

    @Test
    void aFixedShareIsKeptOfEachLayer() {
        Model own = network("8, 8, 8, 8", 1);
        BlendSettings settings =
                Options.defaults(BlendSettings.class)
                        .withInformation(Information.NONE)
                        .withFixed(0.75);
        GraftCheckpoints pass = PASS.withBlend(settings).withSamples(0);
        Model blended = pass.apply(own, context(own, network("4, 4, 4, 4", 1)));
        assertThat(values(blended, "w1")).containsOnly(7);
        assertThat(values(blended, "mean")).containsOnly(0);
    }

    @Test
    void aNetworkWithoutBatchNormHasNothingToMeasure() {
        String folded =
                """
                graph (x: float[N,2,4,4]) -> (y: float[N,3])
                w: float[3,2,1,1] = seed(%d)
                b: float[3] = fill(0)
                c = Conv(x, w, b)
                p = GlobalAveragePool(c)
                y = Flatten(p)
                """;
        Model own = GraphText.parse(folded.formatted(1));
        PassContext context = context(own, GraphText.parse(folded.formatted(2)));
        assertThat(PASS.apply(own, context)).isNotEqualTo(own);
        assertThat(context.notes())
                .anyMatch(note -> note.startsWith("the network has no batch normalization"));
    }

    @Test
    void refusesAnotherTopology() {
        Model own = network("1, 2, 3, 4", 1);
        Model other =
                GraphText.parse(
                        """
                        opset 13
                        graph g (x: float[N,2,4,4]) -> (y: float[N,2])
                        p = GlobalAveragePool(x)
                        y = Flatten(p)
                        """);
        assertThatThrownBy(() -> PASS.apply(own, context(own, other)))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("the network b.onnx has 2 nodes, this one 6");
    }

    @Test
    void thePreviewNeedsNoData() {
        Model own = network("1, 1, 1, 1", 1);
        PassContext context =
                PassContext.of(own).withModels(Map.of("b.onnx", network("1, 2, 3, 4", 2))::get);
        assertThat(PASS.preview(own, context).graph().nodes()).isEqualTo(own.graph().nodes());
        assertThat(PASS.needsData()).isFalse();
    }

    @Test
    void namesItsFiles() {
        GraftCheckpoints pass =
                PASS.withNetworks(List.of("a.onnx", "original", "b.onnx"))
                        .withBlend(HALF)
                        .withSamples(0);
        assertThat(pass.models()).containsExactly("a.onnx", "b.onnx");
        assertThat(pass.withModels(List.of("/x/a.onnx", "/x/b.onnx")).networks())
                .containsExactly("/x/a.onnx", "original", "/x/b.onnx");
        assertThatThrownBy(() -> PASS.withNetworks(List.of()))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("networks is empty");
    }

    @Test
    void theCatalogueListsIt() {
        assertThat(ServiceLoader.load(PassCatalog.class))
                .anySatisfy(
                        catalog -> assertThat(catalog.passes()).contains(GraftCheckpoints.class));
    }
}
