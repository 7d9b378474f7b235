package dev.espalier.core.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.espalier.core.analysis.Cost;
import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.ir.Attribute;
import dev.espalier.core.ir.Attributes;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LayerProbeTest {
    @ParameterizedTest
    @CsvSource({
        "POINTWISE, Conv, QLinearConv, 8192",
        "SPATIAL, Conv, QLinearConv, 73728",
        "PRODUCT, MatMul, QLinearMatMul, 8192"
    })
    void eightLayersOfAKindAreInOneModel(LayerKind kind, String floats, String bytes, long macs) {
        Model model = LayerProbe.of(Precision.FLOAT, kind, 8, 16, 8, 8).probe(1);
        assertThat(model.graph().nodes()).filteredOn(node -> node.is(floats)).hasSize(8);
        assertThat(Cost.of(model, InputShapes.ofBatch(1)).macs()).isEqualTo(8 * macs);

        Model integers = LayerProbe.of(Precision.INT8, kind, 8, 16, 8, 8).probe(1);
        assertThat(integers.graph().nodes()).filteredOn(node -> node.is(bytes)).hasSize(8);
        assertThat(integers.graph().outputs()).hasSize(8);
    }

    @Test
    void channelwiseLayersHaveOneGroupForEach() {
        Model model = LayerProbe.of(Precision.FLOAT, LayerKind.DEPTHWISE, 8, 8, 6, 6).probe(8);
        assertThat(model.graph().initializers().get("w0").tensor().shape())
                .isEqualTo(Shape.of(8, 1, 3, 3));
    }

    @Test
    void groupsThatDoNotDivideAreRefused() {
        LayerProbe product = LayerProbe.of(Precision.FLOAT, LayerKind.PRODUCT, 8, 8, 4, 1);
        assertThatIllegalArgumentException().isThrownBy(() -> product.probe(2));
        LayerProbe conv = LayerProbe.of(Precision.FLOAT, LayerKind.SPATIAL, 8, 12, 4, 4);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> conv.inGroups(List.of(1, 8)))
                .withMessage("8 groups do not divide a weight of [12,8,3,3]");
    }

    /** Names in foreign files may hold anything; what is kept under an id must be one line. */
    @Test
    void theQuestionOfGroupsNamesAllThatMatters() {
        Attributes attributes =
                Attributes.NONE
                        .with("strides", new long[] {2, 2})
                        .with("group", 4)
                        .with("auto_pad", new Attribute.StringValue("SAME\n_UPPER"));
        LayerProbe layer =
                new LayerProbe(
                        Shape.of(1, 8, 6, 6), Shape.of(8, 8, 3, 3), attributes, Precision.INT8);
        ProfileQuestion question = layer.inGroups(List.of(1, 4));
        assertThat(question.id())
                .isEqualTo("groups of int8 1x8x6x6 weight 8x8x3x3 strides[2, 2] SAME_UPPER");
        assertThat(question.candidates())
                .extracting(ProfileQuestion.Candidate::name)
                .containsExactly("1", "4");
        assertThat(question.layers()).isEqualTo(LayerProbe.COPIES);
    }
}
