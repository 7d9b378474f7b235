package dev.espalier.core.pass;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.OutputException;
import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.VerificationException;
import dev.espalier.core.analysis.ChannelGroups;
import dev.espalier.core.analysis.ChannelRemoval;
import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.data.ModelRunner;
import dev.espalier.core.ir.GraphEditor;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.runtime.OrtRunner;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProofTest {
    private static final ModelRunner RUNNER = new OrtRunner();

    private static final Model NET =
            GraphText.parse(
                    """
                    opset 13
                    graph net (x: float[N,3,4,4]) -> (y: float[N,2,4,4])
                    w1: float[4,3,1,1] = seed(1)
                    b1: float[4] = seed(2)
                    w2: float[2,4,1,1] = seed(3)
                    a = Conv(x, w1, b1)
                    r = Relu(a)
                    y = Conv(r, w2)
                    """);

    private static PassContext context() {
        return PassContext.of(NET).withRunner(RUNNER);
    }

    private static Model withElement(String weight, int index, double factor) {
        return withElement(NET, weight, index, factor);
    }

    private static Model withElement(Model model, String weight, int index, double factor) {
        Tensor old = model.graph().initializers().get(weight).tensor();
        float[] values = old.toFloats();
        values[index] *= (float) factor;
        Tensor changed = Tensor.ofFloats(old.shape(), values);
        return model.withGraph(
                new GraphEditor(model.graph()).setInitializer(weight, changed).build());
    }

    @Test
    void acceptsAModelThatComputesTheSame() {
        Proof proof = Proof.equal(NET, withElement("w1", 0, 1 + 1e-7), context());

        assertThat(proof.samples()).isEqualTo(4);
        assertThat(proof.realSamples()).isZero();
        assertThat(proof.largestDifference()).isLessThan(1e-5);
    }

    @ParameterizedTest
    @ValueSource(doubles = {1.01, 0, -1, Double.NaN})
    void rejectsAModelInWhichOneWeightIsWrong(double factor) {
        Model wrong = withElement("w2", 3, factor);

        assertThatThrownBy(() -> Proof.equal(NET, wrong, context()))
                .isInstanceOf(VerificationException.class)
                .hasMessageContaining("output 'y' differs")
                .hasMessageContaining("the first node that differs is Conv 'y'");
    }

    @Test
    void namesTheNodeWhereTheDifferenceBegins() {
        assertThatThrownBy(() -> Proof.equal(NET, withElement("b1", 1, 2), context()))
                .isInstanceOf(VerificationException.class)
                .hasMessageContaining("the first node that differs is Conv 'a'");
    }

    @Test
    void comparesOnlyWhatIsLeftOfNarrowerValues() {
        ChannelGroups groups = ChannelGroups.of(NET, InputShapes.ofBatch(1));
        BitSet first = new BitSet();
        first.set(0);
        ChannelRemoval removal = ChannelRemoval.of(groups, Map.of(groups.groups().get(0), first));
        Model wrong = withElement(removal.apply(), "w2", 1, 2);

        assertThat(Proof.equal(removal.zeroed(), removal.apply(), removal::cut, context()))
                .extracting(Proof::samples)
                .isEqualTo(4);
        assertThatThrownBy(() -> Proof.equal(removal.zeroed(), wrong, removal::cut, context()))
                .isInstanceOf(VerificationException.class)
                .hasMessageContaining("the first node that differs is Conv 'y'");
    }

    @Test
    void leavesBothModelsAndTheInputsBehindWhenItFails() {
        List<Map<String, Model>> left = new ArrayList<>();
        PassContext keeping =
                context()
                        .withReproducer(
                                (models, inputs) -> {
                                    left.add(models);
                                    assertThat(inputs.get("x").shape())
                                            .isEqualTo(Shape.of(2, 3, 4, 4));
                                    return Optional.of("folder/here");
                                });
        Model wrong = withElement("w1", 0, 3);

        assertThatThrownBy(() -> Proof.equal(NET, wrong, keeping))
                .hasMessageContaining("Both models and the inputs are in folder/here");
        assertThat(left).containsExactly(Map.of("before", NET, "after", wrong));
    }

    @Test
    void whatCannotBeKeptDoesNotHideTheFailure() {
        PassContext full =
                context()
                        .withReproducer(
                                (models, inputs) -> {
                                    throw new OutputException("'r' cannot be written: disk full");
                                });

        assertThatThrownBy(() -> Proof.equal(NET, withElement("w1", 0, 3), full))
                .isInstanceOf(VerificationException.class)
                .hasMessageContaining("output 'y' differs")
                .hasMessageEndingWith(
                        "Both models and the inputs could not be kept:"
                                + " 'r' cannot be written: disk full");
    }

    @Test
    void aModelThatTheRuntimeRefusesIsAFailedProof() {
        Model broken =
                GraphText.parse(
                        """
                        opset 13
                        graph net (x: float[N,3,4,4]) -> (y: float[N,2,4,4])
                        w1: float[4,5,1,1] = seed(1)
                        y = Conv(x, w1)
                        """);

        assertThatThrownBy(() -> Proof.equal(NET, broken, context()))
                .isInstanceOf(VerificationException.class)
                .hasMessageContaining("does not run");
    }

    @Test
    void refusesToProveAnythingByOutputsThatAreNotNumbers() {
        Model nan =
                GraphText.parse(
                        """
                        opset 13
                        graph net (x: float[N,2]) -> (y: float[N,2])
                        z: float[] = 0
                        d = Sub(x, x)
                        y = Div(d, z)
                        """);

        assertThatThrownBy(() -> Proof.equal(nan, nan, PassContext.of(nan).withRunner(RUNNER)))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("NaN or infinite");
    }
}
