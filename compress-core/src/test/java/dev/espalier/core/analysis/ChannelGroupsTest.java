package dev.espalier.core.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.ir.Attributes;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.Initializer;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Opaque;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.ir.Value;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ChannelGroupsTest {
    private final List<Node> nodes = new ArrayList<>();
    private final List<Initializer> weights = new ArrayList<>();

    private void weight(String name, long... sizes) {
        Shape shape = Shape.of(sizes);
        float[] values = new float[(int) shape.elementCount()];
        IntStream.range(0, values.length).forEach(i -> values[i] = i);
        weights.add(Initializer.of(name, Tensor.ofFloats(shape, values)));
    }

    private void node(String op, Attributes attributes, String output, String... inputs) {
        nodes.add(Node.of("", op, List.of(inputs), List.of(output), attributes));
    }

    private Model model() {
        Graph graph =
                new Graph(
                        "g",
                        List.of(
                                Value.of(
                                        "x", new TensorType(DataType.FLOAT, Shape.of(1, 3, 4, 4)))),
                        List.of(Value.of("y", new TensorType(DataType.FLOAT, Shape.UNRANKED))),
                        List.of(),
                        weights,
                        nodes,
                        Opaque.NONE);
        return new Model(8, Map.of("", 13L), graph, Map.of(), Opaque.NONE);
    }

    private ChannelGroups groups() {
        return ChannelGroups.of(model(), InputShapes.ofBatch(1));
    }

    private void chain() {
        weight("w1", 4, 3, 1, 1);
        weight("b1", 4);
        weight("w2", 2, 4, 1, 1);
        node("Conv", Attributes.NONE, "a", "x", "w1", "b1");
        node("Relu", Attributes.NONE, "r", "a");
        node("Conv", Attributes.NONE, "y", "r", "w2");
    }

    @Test
    void filtersBiasActivationsAndReadersOfAChainGoTogether() {
        chain();

        ChannelGroups groups = groups();

        assertThat(groups.groups()).hasSize(1);
        ChannelGroup group = groups.groups().get(0);
        assertThat(group.size()).isEqualTo(4);
        assertThat(group.axes())
                .containsExactlyInAnyOrder(
                        new Axis("w1", 0),
                        new Axis("b1", 0),
                        new Axis("w2", 1),
                        new Axis("a", 1),
                        new Axis("r", 1));
        assertThat(group.layers())
                .extracting(ProducingLayer::weight)
                .containsExactly(new Axis("w1", 0));
    }

    @Test
    void channelsOfAGraphOutputAreFrozen() {
        chain();

        assertThat(groups().frozen())
                .extracting(f -> f.layer().weight(), FrozenChannels::channels, f -> f.reason())
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(
                                new Axis("w2", 0), 2, "reaches graph output 'y'"));
    }

    @Test
    void channelsThatCrossAnUnknownOperatorAreFrozen() {
        weight("w1", 4, 3, 1, 1);
        weight("w2", 2, 4, 1, 1);
        node("Conv", Attributes.NONE, "a", "x", "w1");
        node("Mystery", Attributes.NONE, "r", "a");
        node("Conv", Attributes.NONE, "y", "r", "w2");

        ChannelGroups groups = groups();

        assertThat(groups.groups()).isEmpty();
        assertThat(groups.frozen())
                .extracting(FrozenChannels::reason)
                .contains("crosses unknown operator Mystery 'r'");
    }

    @Test
    void aGroupedConvolutionLosesThePlacesOfAllItsGroupsAtOnce() {
        weight("w1", 8, 3, 1, 1);
        weight("w2", 6, 4, 1, 1);
        weight("w3", 2, 6, 1, 1);
        node("Conv", Attributes.NONE, "a", "x", "w1");
        node("Conv", Attributes.NONE.with("group", 2), "b", "a", "w2");
        node("Conv", Attributes.NONE, "y", "b", "w3");

        ChannelGroups groups = groups();

        assertThat(groups.groups()).extracting(ChannelGroup::size).containsExactly(4, 3);
        ChannelGroup inner = groups.groups().get(0);
        assertThat(inner.positions(1, inner.axes().indexOf(new Axis("w1", 0))))
                .containsExactly(1, 5);
        assertThat(inner.positions(1, inner.axes().indexOf(new Axis("w2", 1)))).containsExactly(1);
    }

    @Test
    void aDepthwiseConvolutionLosesWholeGroups() {
        weight("w1", 4, 3, 1, 1);
        weight("w2", 8, 1, 3, 3);
        weight("w3", 2, 8, 1, 1);
        node("Conv", Attributes.NONE, "a", "x", "w1");
        node("Conv", Attributes.NONE.with("group", 4), "b", "a", "w2");
        node("Conv", Attributes.NONE, "y", "b", "w3");

        ChannelGroups groups = groups();
        Model cut = remove(groups, 0, 2);

        assertThat(groups.groups()).extracting(ChannelGroup::size).containsExactly(4);
        assertThat(shape(cut, "w2")).isEqualTo(Shape.of(6, 1, 3, 3));
        assertThat(cut.graph().nodes().get(1).attributes().integer("group", 0)).isEqualTo(3);
    }

    @Test
    void aWeightSharedByTwoLayersTiesTheirChannels() {
        weight("w1", 3, 3, 1, 1);
        weight("w2", 2, 3, 1, 1);
        node("Conv", Attributes.NONE, "a", "x", "w1");
        node("Conv", Attributes.NONE, "b", "a", "w1");
        node("Conv", Attributes.NONE, "y", "b", "w2");

        ChannelGroups groups = groups();

        // Axis 1 of w1 reads the graph input, and through the second use also value 'a'.
        assertThat(groups.groups()).isEmpty();
        assertThat(groups.frozen())
                .extracting(FrozenChannels::reason)
                .containsExactly("comes from graph input 'x'", "reaches graph output 'y'");
    }

    @Test
    void removalCutsEveryTensorAlongTheChannel() {
        chain();

        Model cut = remove(groups(), 0, 1);

        assertThat(cut.graph().initializers().get("w1").tensor())
                .isEqualTo(Tensor.ofFloats(Shape.of(3, 3, 1, 1), 0, 1, 2, 6, 7, 8, 9, 10, 11));
        assertThat(cut.graph().initializers().get("b1").tensor())
                .isEqualTo(Tensor.ofFloats(Shape.of(3), 0, 2, 3));
        assertThat(cut.graph().initializers().get("w2").tensor())
                .isEqualTo(Tensor.ofFloats(Shape.of(2, 3, 1, 1), 0, 2, 3, 4, 6, 7));
    }

    @Test
    void zeroedModelKeepsItsShapesAndLosesTheWeights() {
        chain();
        ChannelGroups groups = groups();
        BitSet one = new BitSet();
        one.set(1);

        Model zeroed = ChannelRemoval.of(groups, Map.of(groups.groups().get(0), one)).zeroed();

        assertThat(zeroed.graph().initializers().get("b1").tensor())
                .isEqualTo(Tensor.ofFloats(Shape.of(4), 0, 0, 2, 3));
        assertThat(zeroed.graph().initializers().get("w2").tensor())
                .isEqualTo(Tensor.ofFloats(Shape.of(2, 4, 1, 1), 0, 0, 2, 3, 4, 0, 6, 7));
    }

    private static Model remove(ChannelGroups groups, int group, int channel) {
        BitSet one = new BitSet();
        one.set(channel);
        return ChannelRemoval.of(groups, Map.of(groups.groups().get(group), one)).apply();
    }

    private static Shape shape(Model model, String weight) {
        return model.graph().initializers().get(weight).tensor().shape();
    }
}
