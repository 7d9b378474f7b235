package dev.espalier.quantize.internal.placement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.PassRegistry;
import dev.espalier.core.pass.PassRun;
import dev.espalier.core.recipe.Options;
import dev.espalier.core.recipe.RecipeReader;
import dev.espalier.quantize.Quantize;
import dev.espalier.quantize.Runners;
import dev.espalier.quantize.option.Calibration;
import dev.espalier.quantize.option.KeepFloat;
import dev.espalier.testkit.pass.RandomSamples;
import java.util.List;
import org.junit.jupiter.api.Test;

class FarRangesTest {
    private static Model model(float factor) {
        return GraphText.parse(
                """
                opset 13
                graph (x: float[N,16,4,4]) -> (y)
                w1: float[16,16,1,1] = seed(1)
                w3: float[16,32,1,1] = seed(3)
                k: float[] = %s
                c1 = Conv(x, w1) as boxes
                r1 = Relu(c1)
                c2 = Conv(r1, w1) as scores
                s = Mul(c2, k)
                j = Concat(c1, s) {axis=1} as both
                y = Conv(j, w3) as reader
                """
                        .formatted(factor));
    }

    private static PassContext quantized(float factor, KeepFloat keep) {
        Model model = model(factor);
        PassContext context = RandomSamples.context(model, Runners.SINGLE);
        Options.defaults(Quantize.class)
                .withCalibration(Calibration.MIN_MAX)
                .withKeepFloat(keep)
                .apply(model, context);
        return context;
    }

    @Test
    void aConcatOfFarRangesStaysFloatWithItsReader() {
        PassContext context = quantized(0.001f, Options.defaults(KeepFloat.class));

        assertThat(context.skips())
                .map(PassRun.Skip::toString)
                .anyMatch(line -> line.startsWith("Concat 'both': stays float: of its parts one"))
                .contains("Conv 'reader': stays float: it reads the far ranges of Concat 'both'");
        assertThat(context.notes()).contains("2 of 3 weighted layers in 8-bit integers");
    }

    @Test
    void aConcatOfLikeRangesIsComputedInIntegers() {
        PassContext context = quantized(0.5f, Options.defaults(KeepFloat.class));

        assertThat(context.skips()).isEmpty();
        assertThat(context.notes()).contains("3 of 3 weighted layers in 8-bit integers");
    }

    @Test
    void farRangesAreLeftToIntegersWhereTheUserSaysSo() {
        KeepFloat keep = Options.defaults(KeepFloat.class).withFarRanges(false);

        assertThat(quantized(0.001f, keep).skips()).isEmpty();
    }

    @Test
    void layersAtTheEndsStayFloatWhereTheUserSaysSo() {
        for (KeepFloat.Ends ends : KeepFloat.Ends.values()) {
            Model model = model(0.5f);
            assertThat(LayerEnds.of(model.graph(), ends))
                    .extracting(Node::name)
                    .containsExactlyInAnyOrderElementsOf(
                            switch (ends) {
                                case NONE -> List.of();
                                case FIRST -> List.of("boxes");
                                case LAST -> List.of("reader");
                                case BOTH -> List.of("boxes", "reader");
                            });
        }
        KeepFloat keep = Options.defaults(KeepFloat.class).withEnds(KeepFloat.Ends.LAST);
        assertThat(quantized(0.5f, keep).skips())
                .map(PassRun.Skip::toString)
                .containsExactly(
                        "Conv 'reader': stays float: it is at an end of the model, and 'keep-float'"
                                + " says ends: last");
    }

    @Test
    void theFormerNameOfTheOptionIsRefused() {
        assertThatThrownBy(
                        () ->
                                new RecipeReader(PassRegistry.of(List.of(Quantize.class)))
                                        .parse(
                                                "version: 1\nmodel: m.onnx\npasses:\n"
                                                        + "  - quantize: {keep-float: {concats: true}}",
                                                "r.yaml",
                                                RecipeReader.Changes.NONE))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessage(
                        "r.yaml:4:29: 'keep-float' of pass 'quantize' has no key 'concats' any more:"
                                + " write 'far-ranges', which covers Add and Mul as well");
    }
}
