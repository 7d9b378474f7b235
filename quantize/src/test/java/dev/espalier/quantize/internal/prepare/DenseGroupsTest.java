package dev.espalier.quantize.internal.prepare;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.ir.GraphEditor;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.Proof;
import dev.espalier.core.recipe.Options;
import dev.espalier.quantize.Quantize;
import dev.espalier.quantize.Runners;
import dev.espalier.quantize.option.Calibration;
import dev.espalier.testkit.pass.RandomSamples;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DenseGroupsTest {
    private static Model model(int inputs, int outputs, int groups) {
        return GraphText.parse(
                """
                opset 13
                graph g (x: float[N,%1$d,4,4]) -> (y: float[N,%2$d,4,4])
                w: float[%2$d,%3$d,3,3] = seed(1)
                b: float[%2$d] = seed(2)
                y = Conv(x, w, b) {group=%4$d, pads=[1,1,1,1]}
                """
                        .formatted(inputs, outputs, inputs / groups, groups));
    }

    private static Model rewritten(Model model, String... excluded) {
        return DenseGroups.rewrite(model, Set.of(excluded), PassContext.of(model));
    }

    @ParameterizedTest
    @CsvSource({"16,16,2", "64,64,2", "64,32,4", "32,64,8", "128,128,16", "128,64,32"})
    void narrowGroupsBecomeDense(int inputs, int outputs, int groups) {
        Model model = model(inputs, outputs, groups);
        PassContext context = RandomSamples.context(model, Runners.SINGLE);

        Model dense = DenseGroups.rewrite(model, Set.of(), context);

        Node node = dense.graph().nodes().get(0);
        assertThat(node.attributes().has("group")).isFalse();
        assertThat(dense.graph().initializers()).doesNotContainKey("w");
        assertThat(context.notes())
                .containsExactly(
                        "Conv 'y': written densely, since its %d groups of %d channels are slower in integers"
                                .formatted(groups, inputs / groups));
        Proof.equal(model, dense, context);
    }

    @ParameterizedTest
    @CsvSource({
        // One group, depthwise, wide groups, many channels.
        "64,64,1",
        "64,64,64",
        "128,128,4",
        "128,128,8",
        "256,256,32",
        // Densely they would not be computed with the fast kernel either.
        "12,12,2",
        "18,36,3",
        "64,36,2"
    })
    void othersStay(int inputs, int outputs, int groups) {
        Model model = model(inputs, outputs, groups);

        assertThat(rewritten(model)).isSameAs(model);
    }

    @Test
    void layersThatStayFloatKeepTheirGroups() {
        Model model = model(16, 16, 2);
        Node node = model.graph().nodes().get(0);
        Model named =
                model.withGraph(
                        new GraphEditor(model.graph())
                                .replace(
                                        node,
                                        Node.of(
                                                "conv",
                                                "Conv",
                                                node.inputs(),
                                                node.outputs(),
                                                node.attributes()))
                                .build());

        assertThat(rewritten(named, "conv")).isSameAs(named);
    }

    @Test
    void quantizeComputesThemInOneGroup() {
        Model model = model(16, 16, 2);
        Model quantized =
                Options.defaults(Quantize.class)
                        .withCalibration(Calibration.MIN_MAX)
                        .apply(model, RandomSamples.context(model, Runners.SINGLE));

        assertThat(quantized.graph().nodes())
                .filteredOn(node -> node.is("Conv"))
                .allMatch(node -> !node.attributes().has("group"));
    }
}
