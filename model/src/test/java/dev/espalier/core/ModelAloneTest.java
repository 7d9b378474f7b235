package dev.espalier.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.analysis.Cost;
import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.analysis.NodeCost;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.GraphEditor;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.onnx.OnnxReader;
import dev.espalier.core.onnx.OnnxWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a program does with the model alone, as docs/java-api.md shows it. */
class ModelAloneTest {
    @TempDir Path folder;

    @Test
    void readsCountsChangesAndWrites() {
        Model network =
                GraphText.parse(
                        """
                        graph (x: float[N,3,8,8]) -> (y)
                        w: float[4,3,3,3] = seed(1)
                        h = Conv(x, w) {pads=[1,1,1,1]} as conv
                        d = Dropout(h) as drop
                        y = Relu(d) as relu
                        """);
        OnnxWriter.write(network, folder.resolve("network.onnx"));
        List<String> lines = new ArrayList<>();
        // shown
        Model model = OnnxReader.read(folder.resolve("network.onnx"));
        for (NodeCost node : Cost.of(model, InputShapes.ofBatch(1)).nodes()) {
            lines.add(node.name() + ": " + node.op() + ", " + node.macs() + " MACs");
        }
        Node dropout = model.graph().producer("d").orElseThrow();
        Graph without =
                new GraphEditor(model.graph())
                        .replaceUses("d", dropout.input(0))
                        .remove(dropout)
                        .build();
        OnnxWriter.write(model.withGraph(without), folder.resolve("smaller.onnx"));
        // end
        assertThat(lines)
                .containsExactly(
                        "conv: Conv, 6912 MACs", "drop: Dropout, 0 MACs", "relu: Relu, 0 MACs");
        Graph written = OnnxReader.read(folder.resolve("smaller.onnx")).graph();
        assertThat(written).isEqualTo(without);
        assertThat(written.nodes()).extracting(Node::opType).containsExactly("Conv", "Relu");
        assertThat(written.nodes().get(1).inputs()).containsExactly("h");
    }
}
