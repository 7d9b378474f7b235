package dev.espalier.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RandomGraphsTest {
    @Test
    void equalSeedsGiveEqualModels() {
        assertThat(RandomGraphs.cnn(5)).isEqualTo(RandomGraphs.cnn(5));
        assertThat(RandomGraphs.cnn(5)).isNotEqualTo(RandomGraphs.cnn(6));
    }

    @Test
    void manySeedsReachEveryKindOfBlock() {
        Set<String> seen = new HashSet<>();
        for (long seed = 0; seed < 50; seed++) {
            Model model = RandomGraphs.cnn(seed);
            assertThat(GraphText.parse(GraphText.print(model)).graph().nodes())
                    .as("seed %d", seed)
                    .isEqualTo(model.graph().nodes());
            model.graph().nodes().stream().map(Node::opType).forEach(seen::add);
        }
        assertThat(seen)
                .contains(
                        "Conv",
                        "BatchNormalization",
                        "Relu",
                        "Clip",
                        "LeakyRelu",
                        "Sigmoid",
                        "Add",
                        "Concat",
                        "MaxPool",
                        "AveragePool",
                        "GlobalAveragePool",
                        "Flatten",
                        "Gemm");
    }
}
