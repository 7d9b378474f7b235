package dev.espalier.groupconv.internal.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.Proof;
import dev.espalier.runtime.OrtRunner;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CoupledSidesTest {
    /** The sides that read or make the same channels, in the order of the layers. */
    private static Collection<List<String>> coupled(Model model, String... layers) {
        CoupledSides sides = CoupledSides.of(model, List.of(layers), InputShapes.ofBatch(1));
        Map<Integer, List<String>> coupled = new LinkedHashMap<>();
        for (String layer : layers) {
            add(coupled, sides.outputs().get(layer), layer + " makes");
            add(coupled, sides.inputs().get(layer), layer + " reads");
        }
        return coupled.values();
    }

    private static void add(Map<Integer, List<String>> coupled, Integer channels, String side) {
        if (channels != null) {
            coupled.computeIfAbsent(channels, k -> new ArrayList<>()).add(side);
        }
    }

    @Test
    void aStageAndTheInsideOfEachBlockAreCoupled() {
        Model model = StagedNetwork.of(2);

        assertThat(coupled(model, "a0", "b0", "a1", "b1", "a2", "b2"))
                .containsExactly(
                        List.of("a0 makes", "b0 reads"),
                        List.of("a0 reads", "b0 makes", "a1 reads", "b1 makes", "a2 reads"),
                        List.of("a1 makes", "b1 reads"),
                        List.of("a2 makes", "b2 reads"),
                        List.of("b2 makes"));
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

        assertThat(coupled(model, "y")).isEmpty();
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

        assertThat(coupled(model, "b")).containsExactly(List.of("b reads"));
    }

    @Test
    void aLayerThatIsNotThereIsAMistakeOfTheCaller() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> coupled(StagedNetwork.of(1), "q"))
                .withMessageContaining("'q'");
    }

    /** Three blocks a stage are ResNet-20, nine ResNet-56. */
    @ParameterizedTest
    @ValueSource(ints = {3, 9})
    void mostPermutationsFoldEvenWhereEverySecondBlockMixes(int blocks) {
        Model model = StagedNetwork.of(blocks);

        Converted aligned = converted(model, layer -> false);
        // Nothing but one Gather at each shortcut that adds channels.
        assertThat(aligned.gathers()).as("%s", aligned.layers()).isLessThanOrEqualTo(2);

        Converted mixing = converted(model, layer -> layer.matches("b\\d*[02468]"));
        assertThat(mixing.permutations()).isEqualTo(12 * blocks);
        assertThat(5 * mixing.folded())
                .as("%s", mixing.layers())
                .isGreaterThanOrEqualTo(4 * mixing.permutations());
    }

    private static Converted converted(Model model, Predicate<String> apart) {
        Converted converted =
                GroupConversion.convert(
                        model, RandomStructures.shared(model, apart, new Random(3)));
        PassContext context = PassContext.of(model).withRunner(new OrtRunner());
        Proof.equal(converted.masked(), converted.model(), converted, context);
        return converted;
    }
}
