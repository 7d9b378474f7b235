package dev.espalier.groupconv.internal.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.ir.GraphEditor;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.groupconv.structure.GroupStructure;
import dev.espalier.groupconv.structure.Permutation;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConversionRefusalsTest {
    private static final Permutation SAME = Permutation.identity(4);
    private static final Permutation CROSSED = Permutation.of(0, 2, 1, 3);

    private static final Model LAYER =
            GraphText.parse(
                    """
                    opset 13
                    graph g (x: float[N,4,2,2]) -> (y: float[N,4,2,2])
                    w: float[4,4,1,1] = seed(1)
                    y = Conv(x, w)
                    """);

    private static GroupStructure two(Permutation outputs, Permutation inputs) {
        return new GroupStructure(2, outputs, inputs);
    }

    @Test
    void layersThatCannotBeCutAreRefusedByName() {
        Model model =
                GraphText.parse(
                        """
                        opset 13
                        graph g (x: float[N,4,2,2]) -> (y: float[N,4,2,2])
                        w: float[4,4,1,1] = seed(1)
                        g: float[4,2,1,1] = seed(2)
                        a = Conv(x, w)
                        b = Conv(a, w)
                        y = Conv(b, g) {group=2}
                        """);
        Converted converted =
                GroupConversion.convert(
                        model, Map.of("a", two(SAME, CROSSED), "y", two(SAME, CROSSED)));

        assertThat(converted.model()).isSameAs(model);
        assertThat(converted.layers().stream().map(LayerConversion::toString))
                .containsExactly(
                        "Conv 'a' stays dense: its weight 'w' is shared by Conv 'a' and Conv 'b'",
                        "Conv 'y' stays as it is: it has 2 groups already");
        assertThat(GroupConversion.refusal(model, "b")).isPresent();
        assertThatThrownBy(() -> GroupConversion.masked(model, Map.of("a", two(SAME, CROSSED))))
                .hasMessageContaining("shared by");
    }

    @Test
    void aWeightThatIsNotFiniteIsRefused() {
        float[] weights = new float[16];
        weights[5] = Float.NaN;
        Tensor broken = Tensor.ofFloats(Shape.of(4, 4, 1, 1), weights);
        Model model =
                LAYER.withGraph(new GraphEditor(LAYER.graph()).setInitializer("w", broken).build());

        assertThat(GroupConversion.refusal(model, "y").orElseThrow())
                .isEqualTo("its weight 'w' has values that are not finite");
    }

    @Test
    void whatDoesNotFitTheModelIsAMistakeOfTheCaller() {
        Model model = LAYER;

        assertThatThrownBy(() -> GroupConversion.convert(model, Map.of("q", two(SAME, SAME))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("0 Convs are called 'q', expected one");
        GroupStructure wide =
                new GroupStructure(2, Permutation.identity(8), Permutation.identity(4));
        assertThatThrownBy(() -> GroupConversion.convert(model, Map.of("y", wide)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("[4,4,1,1], its structure is for [8,4,..]");
    }

    @Test
    void oneGroupLeavesTheModelItself() {
        Model model = LAYER;
        GroupStructure one = new GroupStructure(1, SAME, CROSSED);

        assertThat(GroupConversion.convert(model, Map.of("y", one)).model()).isSameAs(model);
    }
}
