package dev.espalier.groupconv.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.groupconv.GroupStructure;
import dev.espalier.groupconv.Permutation;
import dev.espalier.runtime.OrtRunner;
import dev.espalier.testkit.TestContext;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

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

    /** A dense layer takes 8 s, two groups take 4 s and four 7.9 s; a model holds eight layers. */
    private double[] seconds(List<Model> models) {
        timed.add(models);
        return models.stream()
                .mapToDouble(
                        model -> {
                            long groups =
                                    model.graph().nodes().get(0).attributes().integer("group", 1);
                            return LayerProbe.COPIES * (groups == 1 ? 8 : groups == 2 ? 4 : 7.9);
                        })
                .toArray();
    }

    private final GroupCost cost = new GroupCost(MODEL, SHAPES, this::seconds);

    @Test
    void aLayerIsTimedBesideTheDenseOne() {
        assertThat(cost.seconds("a", 2)).isEqualTo(4);
        assertThat(cost.seconds("a", 1)).isEqualTo(8);
        assertThat(timed).hasSize(1);
        assertThat(timed.get(0)).hasSize(2);
    }

    @Test
    void layersOfEqualSizesAreTimedOnce() {
        cost.seconds("a", 2);
        cost.seconds("b", 2);
        assertThat(timed).hasSize(1);
        cost.seconds("y", 2);
        assertThat(timed).hasSize(2);
    }

    @Test
    void paysOnlyWhereMoreThanAnErrorIsSaved() {
        assertThat(cost.pays("a", 1)).isFalse();
        assertThat(cost.pays("a", 2)).isTrue();
        assertThat(cost.pays("a", 4)).isFalse();
    }

    @Test
    void structuresThatDoNotPayAreToldAsRefused() {
        Permutation same = Permutation.identity(4);
        Map<String, GroupStructure> structures = new LinkedHashMap<>();
        structures.put("a", new GroupStructure(2, same, same));
        structures.put("b", new GroupStructure(4, same, same));
        structures.put("y", new GroupStructure(1, same, same));
        TestContext context = TestContext.of(MODEL);

        assertThat(cost.paying(structures, context)).containsOnlyKeys("a", "y");
        assertThat(context.notes())
                .containsExactly(
                        "Conv 'a': 8000000.0 µs dense, 4000000.0 µs with 2 groups (2.00×)");
        assertThat(context.skipped())
                .containsExactly(
                        "Conv 'b': no faster in groups, stays dense: 8000000.0 µs dense, 7900000.0"
                                + " µs with 4 groups (1.01×)");
    }

    @Test
    void groupsThatDoNotDivideTheChannelsAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> cost.seconds("a", 3))
                .withMessage("3 groups do not divide a weight of [4,4,3,3]");
    }

    @Test
    void theRuntimeRunsTheProbes() {
        GroupCost measured = GroupCost.of(MODEL, SHAPES, new OrtRunner());

        assertThat(measured.seconds("a", 2)).isPositive();
        assertThat(measured.seconds("y", 4)).isPositive();
    }
}
