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
import dev.espalier.testkit.pass.KnownMachine;
import dev.espalier.testkit.pass.RandomSamples;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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

    /** The id of what is asked of the layer of {@link #model}, for a batch of one. */
    private static String asked(int inputs, int outputs) {
        return "groups of int8 1x%1$sx4x4 weight %2$sx%1$sx3x3 pads[1, 1, 1, 1]"
                .formatted(inputs, outputs);
    }

    private static Model rewritten(Model model, KnownMachine machine, List<String> notes) {
        PassContext context = PassContext.of(model).withHost(machine.host());
        Model after = DenseGroups.rewrite(model, Set.of(), context);
        notes.addAll(context.notes());
        return after;
    }

    /** Narrow groups that are slow elsewhere. */
    @Test
    void groupsThatAreFasterHereStay() {
        Model model = model(32, 32, 4);
        KnownMachine machine =
                new KnownMachine().answers(asked(32, 32), Map.of("1", 20.0, "4", 12.0));
        List<String> notes = new ArrayList<>();

        assertThat(rewritten(model, machine, notes)).isSameAs(model);
        assertThat(notes)
                .containsExactly("Conv 'y': its 4 groups stay: 20.0 µs dense, 12.0 in groups");
    }

    /** Wide groups that are fast elsewhere. */
    @Test
    void groupsThatAreSlowerHereGo() {
        Model model = model(128, 128, 4);
        KnownMachine machine =
                new KnownMachine().answers(asked(128, 128), Map.of("1", 10.0, "4", 12.0));
        List<String> notes = new ArrayList<>();

        Model after = rewritten(model, machine, notes);
        assertThat(after.graph().nodes().get(0).attributes().has("group")).isFalse();
        assertThat(notes)
                .containsExactly(
                        "Conv 'y': written densely, since its 4 groups of 32 channels are slower in integers: 10.0 µs dense, 12.0 in groups");
    }

    /** As fast densely: groups are the smaller file. */
    @Test
    void groupsThatAreAsFastStay() {
        KnownMachine machine =
                new KnownMachine().answers(asked(32, 32), Map.of("1", 10.0, "4", 10.1));
        Model model = model(32, 32, 4);
        assertThat(rewritten(model, machine, new ArrayList<>())).isSameAs(model);
    }

    /** What group-conv measured with more numbers of groups is not measured again. */
    @Test
    void whatGroupConvAskedIsTheAnswer() {
        KnownMachine machine =
                new KnownMachine().answers(asked(32, 32), Map.of("1", 20.0, "2", 15.0, "4", 12.0));
        Model model = model(32, 32, 4);
        assertThat(rewritten(model, machine, new ArrayList<>())).isSameAs(model);
    }

    @ParameterizedTest
    @CsvSource({"64,64,64", "512,512,2", "12,12,2", "16,16,1"})
    void whatIsWrittenOneWayInAnyCaseIsNotMeasured(int inputs, int outputs, int groups) {
        KnownMachine machine = new KnownMachine();
        Model model = model(inputs, outputs, groups);
        assertThat(rewritten(model, machine, new ArrayList<>())).isSameAs(model);
        assertThat(machine.asked()).isEmpty();
    }
}
