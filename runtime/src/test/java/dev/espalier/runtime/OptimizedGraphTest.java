package dev.espalier.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import org.junit.jupiter.api.Test;

class OptimizedGraphTest {
    @Test
    void showsThatConvAndReluBecameOneNode() {
        Model model =
                GraphText.parse(
                        """
                        opset 13
                        graph (x: float[1,3,8,8]) -> (y: float[1,16,8,8])
                        w: float[16,3,3,3] = seed(1)
                        c = Conv(x, w) {pads=[1,1,1,1]}
                        y = Relu(c)
                        """);

        Model optimized = OptimizedGraph.of(model);

        assertThat(optimized.graph().nodes())
                .filteredOn(node -> node.opType().equals("Conv") && !node.isStandard())
                .hasSize(1);
        assertThat(optimized.graph().nodes()).extracting(Node::opType).doesNotContain("Relu");
    }

    @Test
    void refusesWhatTheRuntimeRefuses() {
        Model model =
                GraphText.parse(
                        """
                        opset 13
                        graph (x: float[1]) -> (y: float[1])
                        y = NoSuchOperator(x)
                        """);

        assertThatThrownBy(() -> OptimizedGraph.of(model))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("cannot optimize the model");
    }
}
