package dev.espalier.groupconv.internal.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.pass.ModelTimer;
import dev.espalier.core.profile.LayerProbe;
import dev.espalier.core.profile.Precision;
import dev.espalier.core.profile.ProfileAnswer;
import dev.espalier.core.profile.ProfileQuestion;
import dev.espalier.runtime.Stopwatch;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class GroupCostTest {
    private static final InputShapes SHAPES = InputShapes.ofBatch(1);

    private static final Model MODEL =
            GraphText.parse(
                    """
                    opset 13
                    graph g (x: float[N,4,6,6]) -> (y: float[N,4,3,3])
                    w1: float[4,4,3,3] = seed(1)
                    w2: float[4,4,3,3] = seed(2)
                    w3: float[4,4,1,1] = seed(3)
                    a = Conv(x, w1) {pads=[1,1,1,1]}
                    b = Conv(a, w2) {pads=[1,1,1,1]}
                    y = Conv(b, w3) {strides=[2,2]}
                    """);

    private final List<List<Model>> timed = new ArrayList<>();

    /** A dense layer takes 8 µs, two groups take 4 and four 3.9; a model holds eight layers. */
    private List<double[]> micros(List<Model> models, double seconds) {
        timed.add(models);
        return models.stream()
                .map(
                        model -> {
                            long groups =
                                    model.graph().nodes().get(0).attributes().integer("group", 1);
                            double micros = groups == 1 ? 8 : groups == 2 ? 4 : 3.9;
                            double round = LayerProbe.COPIES * micros;
                            return new double[] {round, 3 * round, round};
                        })
                .toList();
    }

    private ProfileAnswer answer(ProfileQuestion question) {
        ModelTimer timer = this::micros;
        return timer.answer(question);
    }

    private final GroupCost cost = new GroupCost(MODEL, SHAPES, Precision.FLOAT, this::answer);

    @Test
    void aLayerIsTimedInAllItsGroupsAtOnce() {
        assertThat(cost.micros("a", 2)).containsExactly(8, 4, 3.9);
        assertThat(timed).hasSize(1);
        assertThat(timed.get(0)).hasSize(3);
    }

    @Test
    void layersOfEqualSizesAreTimedOnce() {
        cost.micros("a", 1);
        cost.micros("b", 1);
        assertThat(timed).hasSize(1);
        cost.micros("y", 1);
        assertThat(timed).hasSize(2);
    }

    @Test
    void isCutAsLongAsMoreThanAnErrorIsSaved() {
        assertThat(GroupCost.cuts(cost.micros("a", 0))).isZero();
        assertThat(GroupCost.cuts(cost.micros("a", 1))).isEqualTo(1);
        assertThat(GroupCost.cuts(cost.micros("a", 2))).isEqualTo(1);
    }

    @Test
    void groupsThatDoNotDivideTheChannelsAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> cost.micros("a", 3))
                .withMessage("8 groups do not divide a weight of [4,4,3,3]");
    }

    @Test
    void layersOfOpenSizesAreNotKnown() {
        Model open =
                GraphText.parse(
                        """
                        graph (x: float[N,4,6,6]) -> (y)
                        w: float[4,4,1,1] = seed(1)
                        h = Unheard(x)
                        y = Conv(h, w)
                        """);
        GroupCost unknown = new GroupCost(open, SHAPES, Precision.FLOAT, this::answer);
        assertThat(unknown.knows("y")).isFalse();
        assertThat(cost.knows("y")).isTrue();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> unknown.micros("y", 1))
                .withMessageContaining("unknown sizes");
    }

    /** Integers and floats of the same layer are two measurements of two models. */
    @Test
    void inIntegersTheIntegerOperatorIsTimed() {
        new GroupCost(MODEL, SHAPES, Precision.INT8, this::answer).micros("y", 1);

        Model probe = timed.get(0).get(1);
        assertThat(probe.graph().nodes()).filteredOn(n -> n.is("QLinearConv")).hasSize(8);
        Node layer = probe.graph().nodes().get(1);
        assertThat(layer.attributes().integer("group", 1)).isEqualTo(2);
        assertThat(layer.attributes().has("strides")).isTrue();
        Tensor weight = probe.graph().initializers().get(layer.input(3)).tensor();
        assertThat(weight.dataType()).isEqualTo(DataType.INT8);
        assertThat(weight.shape()).isEqualTo(Shape.of(4, 2, 1, 1));
    }

    @ParameterizedTest
    @EnumSource(Precision.class)
    void theRuntimeRunsTheProbes(Precision arithmetic) {
        GroupCost measured =
                new GroupCost(MODEL, SHAPES, arithmetic, new Stopwatch(1, SHAPES, 17)::answer);
        double[] micros = measured.micros("y", 2);
        assertThat(micros).hasSize(3);
        assertThat(DoubleStream.of(micros)).allMatch(each -> each > 0);
    }
}
