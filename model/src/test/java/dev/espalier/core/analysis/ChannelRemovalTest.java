package dev.espalier.core.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.ir.GraphEditor;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.ir.Value;
import java.util.BitSet;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ChannelRemovalTest {
    private static final String CHAIN =
            """
            opset 13
            graph g (x: float[N,1,1,2]) -> (y: float[N,2,1,2])
            w1: float[4,1,1,2] = [0,1, 2,3, 4,5, 6,7]
            b1: float[4] = [0, 1, 2, 3]
            w2: float[2,4,1,1] = [0,1,2,3, 4,5,6,7]
            a = Conv(x, w1, b1)
            r = Relu(a)
            y = Conv(r, w2)
            """;

    private static ChannelRemoval removal(Model model, int group, int... channels) {
        ChannelGroups groups = ChannelGroups.of(model, InputShapes.ofBatch(1));
        BitSet set = new BitSet();
        for (int channel : channels) {
            set.set(channel);
        }
        return ChannelRemoval.of(groups, Map.of(groups.groups().get(group), set));
    }

    private static Tensor weight(Model model, String name) {
        return model.graph().initializers().get(name).tensor();
    }

    @Test
    void cutsEveryTensorAlongTheChannel() {
        Model cut = removal(GraphText.parse(CHAIN), 0, 1, 3).apply();

        assertThat(weight(cut, "w1")).isEqualTo(Tensor.ofFloats(Shape.of(2, 1, 1, 2), 0, 1, 4, 5));
        assertThat(weight(cut, "b1")).isEqualTo(Tensor.ofFloats(Shape.of(2), 0, 2));
        assertThat(weight(cut, "w2")).isEqualTo(Tensor.ofFloats(Shape.of(2, 2, 1, 1), 0, 2, 4, 6));
    }

    @Test
    void zeroedModelKeepsItsShapesAndLosesTheWeights() {
        Model zeroed = removal(GraphText.parse(CHAIN), 0, 1).zeroed();

        assertThat(weight(zeroed, "w1"))
                .isEqualTo(Tensor.ofFloats(Shape.of(4, 1, 1, 2), 0, 1, 0, 0, 4, 5, 6, 7));
        assertThat(weight(zeroed, "b1")).isEqualTo(Tensor.ofFloats(Shape.of(4), 0, 0, 2, 3));
        assertThat(weight(zeroed, "w2"))
                .isEqualTo(Tensor.ofFloats(Shape.of(2, 4, 1, 1), 0, 0, 2, 3, 4, 0, 6, 7));
    }

    @Test
    void removingNothingGivesTheModelItself() {
        Model model = GraphText.parse(CHAIN);

        assertThat(removal(model, 0).apply()).isSameAs(model);
    }

    @Test
    void refusesToRemoveAllChannelsOfAGroup() {
        Model model = GraphText.parse(CHAIN);

        assertThatThrownBy(() -> removal(model, 0, 0, 1, 2, 3))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no channel would be left");
    }

    @Test
    void declaredTypesOfIntermediateValuesFollow() {
        Model model = GraphText.parse(CHAIN);
        TensorType declared =
                new TensorType(dev.espalier.core.ir.DataType.FLOAT, Shape.of(1, 4, 1, 1));
        Model annotated =
                model.withGraph(new GraphEditor(model.graph()).declare("a", declared).build());

        Model cut = removal(annotated, 0, 1).apply();

        assertThat(cut.graph().valueInfos())
                .containsExactly(Value.of("a", declared.withShape(Shape.of(1, 3, 1, 1))));
    }

    @Test
    void aDepthwiseConvolutionLosesGroups() {
        Model cut =
                removal(
                                GraphText.parse(
                                        """
                                        opset 13
                                        graph g (x: float[N,3,4,4]) -> (y: float[N,2,2,2])
                                        w1: float[4,3,1,1] = seed(1)
                                        w2: float[8,1,3,3] = seed(2)
                                        w3: float[2,8,1,1] = seed(3)
                                        a = Conv(x, w1)
                                        b = Conv(a, w2) {group=4}
                                        y = Conv(b, w3)
                                        """),
                                0,
                                2)
                        .apply();

        assertThat(weight(cut, "w2").shape()).isEqualTo(Shape.of(6, 1, 3, 3));
        assertThat(cut.graph().nodes().get(1).attributes().integer("group", 0)).isEqualTo(3);
    }

    @Test
    void padsShrinkWithTheChannelsTheyMakeAndOldConstantsGo() {
        String text =
                """
                opset 13
                graph g (x: float[N,3,2,2]) -> (y: float[N,2,2,2])
                w0: float[4,3,1,1] = seed(1)
                w1: float[8,4,1,1] = seed(2)
                w2: float[2,8,1,1] = seed(3)
                amounts: int64[8] = [0, 2, 0, 0, 0, 2, 0, 0]
                s = Conv(x, w0)
                a = Conv(s, w1)
                p = Pad(s, amounts)
                z = Add(a, p)
                y = Conv(z, w2)
                """;

        // Group 1 are the channels 0, 1, 6 and 7 of the sum.
        Model cut = removal(GraphText.parse(text), 1, 0, 2, 3).apply();

        assertThat(weight(cut, "w0").shape()).isEqualTo(Shape.of(4, 3, 1, 1));
        assertThat(weight(cut, "w1").shape()).isEqualTo(Shape.of(5, 4, 1, 1));
        String amounts = cut.graph().producer("p").orElseThrow().input(1);
        assertThat(weight(cut, amounts).toLongs()).containsExactly(0, 1, 0, 0, 0, 0, 0, 0);
        assertThat(cut.graph().initializers()).hasSize(4);
    }
}
