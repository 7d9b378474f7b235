package dev.espalier.groupconv.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.pass.DirectContext;
import dev.espalier.core.pass.Proof;
import dev.espalier.groupconv.convert.SharedOrders.Entry;
import dev.espalier.groupconv.convert.SharedOrders.LayerSide;
import dev.espalier.groupconv.convert.SharedOrders.Side;
import dev.espalier.runtime.OrtRunner;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SharedOrdersTest {
    private static List<Entry> entries(Model model, String... layers) {
        return SharedOrders.of(model, InputShapes.ofBatch(1), List.of(layers)).entries();
    }

    private static LayerSide inputs(String layer) {
        return new LayerSide(layer, Side.INPUTS);
    }

    private static LayerSide outputs(String layer) {
        return new LayerSide(layer, Side.OUTPUTS);
    }

    @Test
    void aStageAndTheInsideOfEachBlockAreOneEntryEach() {
        Model model = StagedNetwork.of(2);

        assertThat(entries(model, "a0", "b0", "a1", "b1", "a2", "b2"))
                .containsExactly(
                        new Entry(16, true, List.of(outputs("a0"), inputs("b0"))),
                        new Entry(
                                16,
                                true,
                                List.of(
                                        inputs("a0"),
                                        outputs("b0"),
                                        inputs("a1"),
                                        outputs("b1"),
                                        inputs("a2"))),
                        new Entry(16, true, List.of(outputs("a1"), inputs("b1"))),
                        new Entry(32, true, List.of(outputs("a2"), inputs("b2"))),
                        new Entry(32, true, List.of(outputs("b2"))));
    }

    @Test
    void whatTheGraphReadsAndGivesIsNotFree() {
        Model model =
                GraphText.parse(
                        """
                        opset 13
                        graph g (x: float[N,4,2,2]) -> (y: float[N,4,2,2])
                        w: float[4,4,1,1] = seed(1)
                        y = Conv(x, w)
                        """);

        assertThat(entries(model, "y"))
                .containsExactly(
                        new Entry(4, false, List.of(outputs("y"))),
                        new Entry(4, false, List.of(inputs("y"))));
    }

    @Test
    void whatAGroupConvolutionReadsIsNotFree() {
        Model model =
                GraphText.parse(
                        """
                        opset 13
                        graph g (x: float[N,1,2,2]) -> (y: float[N,1,2,2])
                        w0: float[4,1,1,1] = seed(1)
                        w1: float[4,4,1,1] = seed(2)
                        w2: float[4,2,1,1] = seed(3)
                        w3: float[1,4,1,1] = seed(4)
                        a = Conv(x, w0)
                        b = Conv(a, w1)
                        c = Conv(b, w2) {group=2}
                        y = Conv(c, w3)
                        """);

        assertThat(entries(model, "b"))
                .containsExactly(
                        new Entry(4, false, List.of(outputs("b"))),
                        new Entry(4, true, List.of(inputs("b"))));
    }

    @Test
    void aLayerThatIsNotThereIsAMistakeOfTheCaller() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> entries(StagedNetwork.of(1), "q"))
                .withMessageContaining("'q'");
    }

    /** Three blocks a stage are ResNet-20, nine ResNet-56. */
    @ParameterizedTest
    @ValueSource(ints = {3, 9})
    void mostPermutationsFoldEvenWhereEverySecondBlockMixes(int blocks) {
        Model model = StagedNetwork.of(blocks);

        Converted aligned = converted(model, side -> false);
        // Nothing but one Gather at each shortcut that adds channels.
        assertThat(aligned.gathers()).as("%s", aligned.layers()).isLessThanOrEqualTo(2);

        Converted mixing =
                converted(
                        model,
                        side -> side.side() == Side.INPUTS && side.layer().matches("b\\d*[02468]"));
        assertThat(mixing.permutations()).isEqualTo(12 * blocks);
        assertThat(5 * mixing.folded())
                .as("%s", mixing.layers())
                .isGreaterThanOrEqualTo(4 * mixing.permutations());
    }

    private static Converted converted(Model model, Predicate<LayerSide> apart) {
        Converted converted =
                GroupConversion.convert(
                        model, RandomStructures.shared(model, apart, new Random(3)));
        DirectContext context = DirectContext.of(model).withRunner(new OrtRunner());
        Proof.equal(converted.masked(), converted.model(), converted, context);
        return converted;
    }
}
