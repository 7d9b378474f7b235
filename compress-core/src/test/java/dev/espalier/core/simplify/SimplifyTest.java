package dev.espalier.core.simplify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Opaque;
import dev.espalier.core.pass.PassCatalog;
import dev.espalier.core.pass.PassContext;
import dev.espalier.testkit.RandomGraphs;
import dev.espalier.testkit.pass.PassTester;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SimplifyTest {
    static PassTester.Outcome simplified(String text) {
        return PassTester.given(text).whenPreviewed(new Simplify());
    }

    @Test
    void deadNodesAndConstantsVanish() {
        simplified(
                        """
                        graph (x: float[2]) -> (y)
                        w: float[2]
                        v: float[2]
                        a = Add(x, w)
                        b = Mul(a, a)
                        y = Relu(x)
                        """)
                .then("graph (x: float[2]) -> (y)\ny = Relu(x)\n")
                .noted("removed 2 nodes that no output needs, removed 2 constants");
    }

    @Test
    void initializersListedAsInputsBecomeConstants() {
        Model model =
                GraphText.parse(
                        """
                        graph (x: float[2], w: float[2]) -> (y)
                        w: float[2] = [1, 2]
                        y = Add(x, w)
                        """);
        Model old = new Model(3, Map.of("", 9L), model.graph(), Map.of(), Map.of(), Opaque.NONE);
        PassTester.Outcome outcome = PassTester.given(old).whenPreviewed(new Simplify());
        assertThat(outcome.after().graph().inputs()).hasSize(1);
        assertThat(outcome.after().irVersion()).isEqualTo(4);
        outcome.noted("made 1 initializers constant");
    }

    @Test
    void unknownOperatorSetsAreRefused() {
        for (int opset : new int[] {8, 27}) {
            assertThatThrownBy(
                            () ->
                                    simplified(
                                            "opset %d\ngraph (x) -> (y)\ny = Relu(x)\n"
                                                    .formatted(opset)))
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageContaining("versions 9 to 26 are known");
        }
    }

    @Test
    void unknownOperatorsAndDomainsPassThrough() {
        simplified(
                        """
                        opset com.example 1
                        graph (x: float[2]) -> (y)
                        w: float[2]
                        a = com.example::Identity(w)
                        b = FutureOperator(a, x)
                        y = com.example::Dropout(b)
                        """)
                .unchanged();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void twiceIsOnce(long seed) {
        Model model = RandomGraphs.cnn(seed);
        Model once = new Simplify().preview(model, PassContext.of(model));
        assertThat(new Simplify().preview(once, PassContext.of(model))).isSameAs(once);
        assertThat(once.graph().outputs()).isEqualTo(model.graph().outputs());
    }

    @Test
    void anEmptyGraphStays() {
        Graph empty =
                new Graph("", List.of(), List.of(), List.of(), List.of(), List.of(), Opaque.NONE);
        PassTester.given(new Model(8, Map.of("", 17L), empty, Map.of(), Map.of(), Opaque.NONE))
                .whenPreviewed(new Simplify())
                .unchanged();
    }

    @Test
    void theCatalogueListsBothPasses() {
        List<Object> passes = new ArrayList<>();
        ServiceLoader.load(PassCatalog.class).forEach(catalog -> passes.addAll(catalog.passes()));
        assertThat(passes).contains(Simplify.class, FoldBatchNorm.class);
    }
}
