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
import dev.espalier.testkit.pass.RandomSamples;
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

    private static PassContext running(Model model) {
        return PassContext.of(model).withRunner(RUNNER);
    }

    /**
     * A sum that nearly cancels: optimized, the runtime folds {@code middle} into the convolution
     * where it is a batch norm, so that nothing is left to cancel.
     */
    private static Model cancelling(String middle) {
        return GraphText.parse(
                """
                opset 13
                graph (x: float[N,8,6,6]) -> (y)
                w: float[4,8,3,3] = seed(1)
                b: float[4] = [30000, 30000, 30000, 30000]
                z: float[4] = [0, 0, 0, 0]
                s: float[4] = [0.5, 1, 1.5, 2]
                f: float[4,1,1] = [0.5, 1, 1.5, 2]
                m: float[4,1,1] = [30000, 30000, 30000, 30000]
                v: float[4] = [1, 1, 1, 1]
                v2: float[3,4,1,1] = seed(3)
                a = Conv(x, w, b)
                """
                        + middle
                        + "y = Conv(n, v2)\n");
    }

    private static final Model CANCELLING =
            cancelling("n = BatchNormalization(a, s, z, b, v) {epsilon=0.0}\n");

    /** The same in so many words. */
    private static final Model SPELLED = cancelling("d = Sub(a, m)\nn = Mul(d, f)\n");

    @Test
    void ownNoiseOfTheOriginalIsNoDifference() {
        Proof proof = Proof.equal(CANCELLING, SPELLED, running(CANCELLING));

        assertThat(proof.toString()).endsWith("allowed, three times the runtime's own noise");
        assertThat(proof.agreed().widened()).isTrue();
        assertThat(proof.agreed().allowed())
                .isGreaterThan(1e-4)
                .isGreaterThanOrEqualTo(proof.largestDifference())
                .isLessThanOrEqualTo(1e-2);
    }

    @Test
    void aWrongCutShowsInANetworkOfNoise() {
        Model wrong = withElement(SPELLED, "v2", 5, 0);

        assertThatThrownBy(() -> Proof.equal(CANCELLING, wrong, running(CANCELLING)))
                .isInstanceOf(VerificationException.class)
                .hasMessageContaining("output 'y' differs")
                .hasMessageContaining("the first node that differs is Conv 'y'");
    }

    @Test
    void aSmallMistakeIsNotExcusedWhereTheOriginalIsQuiet() {
        assertThatThrownBy(() -> Proof.equal(NET, withElement("w2", 3, 1.002), context()))
                .isInstanceOf(VerificationException.class)
                .hasMessageContaining("at most 1e-04 is allowed");
    }

    @Test
    void noiseIsMeasuredOnlyWhereAnOutputDiffers() {
        List<String> asked = new ArrayList<>();
        ModelRunner counting =
                new ModelRunner() {
                    @Override
                    public Session open(Model model, List<String> values) {
                        return RUNNER.open(model, values);
                    }

                    @Override
                    public ModelRunner withoutOptimizations() {
                        asked.add("unoptimized");
                        return RUNNER.withoutOptimizations();
                    }
                };

        Proof proof =
                Proof.equal(NET, withElement("w1", 0, 1 + 1e-7), running(NET).withRunner(counting));
        assertThat(asked).isEmpty();
        assertThat(proof.toString())
                .startsWith("proved on 0 real and 4 random inputs, largest difference ")
                .endsWith(" of the scale, 1.0e-04 allowed");

        Proof.equal(CANCELLING, SPELLED, running(CANCELLING).withRunner(counting));
        assertThat(asked).containsExactly("unoptimized");
    }

    private static Model saturated(String tail) {
        return GraphText.parse(
                """
                opset 13
                graph (x: float[N,3,4,4]) -> (y)
                w: float[4,3,1,1] = seed(1)
                b: float[4] = seed(2)
                w2: float[2,4,1,1] = seed(3)
                k: float[] = 1000
                a = Conv(x, w, b)
                r = Relu(a)
                c = Conv(r, w2)
                l = Mul(c, k)
                """
                        + tail);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "y = Sigmoid(l)\n",
                "y = Tanh(l)\n",
                "y = HardSigmoid(l)\n",
                "y = Softmax(l) {axis=1}\n",
                "p = Sigmoid(l)\nt = Transpose(p) {perm=[0,2,3,1]}\ny = Flatten(t)\n",
                "p = Sigmoid(l)\nq = Softmax(l) {axis=1}\ny = Concat(p, q) {axis=1}\n"
            })
    void whatASaturatedOutputHidesIsSeen(String tail) {
        Model model = saturated(tail);
        Model wrong = withElement(model, "w2", 0, 1.01);

        assertThat(Proof.equal(model, model, running(model)).largestDifference()).isZero();
        assertThatThrownBy(() -> Proof.equal(model, wrong, running(model)))
                .isInstanceOf(VerificationException.class)
                .hasMessageContaining("'l', of which ")
                .hasMessageContaining("makes output 'y', differs by")
                .hasMessageContaining("the first node that differs is Conv 'c'");
    }

    /** A pass may give values other names, and then they are found by where they are. */
    @Test
    void whatIsReadByASaturatedOutputIsFoundUnderAnotherName() {
        Model model = saturated("y = Sigmoid(l)\n");
        Model renamed =
                GraphText.parse(
                        GraphText.print(model)
                                .replaceAll("\\bl\\b", "other")
                                .replaceAll(
                                        "(w|b|w2): (float\\[[0-9,]*\\]).*", "$1: $2 = seed(9)"));
        for (String weight : List.of("w", "b", "w2")) {
            renamed =
                    renamed.withGraph(
                            new GraphEditor(renamed.graph())
                                    .setInitializer(
                                            weight,
                                            model.graph().initializers().get(weight).tensor())
                                    .build());
        }
        Model wrong = withElement(renamed, "w2", 0, 1.01);

        assertThat(Proof.equal(model, renamed, running(model)).largestDifference()).isZero();
        assertThatThrownBy(() -> Proof.equal(model, wrong, running(model)))
                .isInstanceOf(VerificationException.class)
                .hasMessageContaining("'l', of which Sigmoid makes output 'y'");
    }

    @Test
    void aSaturatedInputOfTheModelIsComparedByItsOutput() {
        Model model = GraphText.parse("opset 13\ngraph (x: float[N,2]) -> (y)\ny = Sigmoid(x)\n");

        assertThat(Proof.equal(model, model, running(model)).samples()).isEqualTo(4);
    }

    /** The batch is written into the network, which its input does not say. */
    private static final Model OF_ONE =
            GraphText.parse(
                    """
                    opset 18
                    graph (x: float[N,3,4,4]) -> (y)
                    w: float[4,3,1,1] = seed(1)
                    s: int64[3] = [1,4,16]
                    v: float[16,5] = seed(2)
                    a = Conv(x, w)
                    r = Reshape(a, s)
                    y = MatMul(r, v)
                    """);

    @Test
    void aNetworkThatRefusesAnotherBatchIsProvedAtTheStatedOne() {
        PassContext context = running(OF_ONE);
        Proof proof = Proof.equal(OF_ONE, withElement(OF_ONE, "w", 0, 1 + 1e-7), context);

        assertThat(proof.samples()).isEqualTo(2);
        assertThat(context.notes())
                .containsExactly(
                        "proved with a batch of 1 alone, since the original refuses others");
        assertThatThrownBy(() -> Proof.equal(OF_ONE, withElement(OF_ONE, "w", 0, 1.1), context))
                .isInstanceOf(VerificationException.class)
                .hasMessageContaining("output 'y' differs");
    }

    @Test
    void realExamplesAreTakenAtTheStatedBatchToo() {
        Proof proof = Proof.equal(OF_ONE, OF_ONE, RandomSamples.context(OF_ONE, RUNNER));

        assertThat(proof.realSamples()).isEqualTo(32);
        assertThat(proof.samples()).isEqualTo(34);
    }

    @Test
    void aNetworkThatRefusesTheStatedBatchTooIsRefused() {
        PassContext context = running(OF_ONE).withInputShapes(InputShapes.ofBatch(3));

        assertThatThrownBy(() -> Proof.equal(OF_ONE, OF_ONE, context))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("requested shape:{1,4,16}");
    }

    @Test
    void theBatchOfAStateIsOnItsSecondAxis() {
        Model recurrent =
                GraphText.parse(
                        """
                        opset 16
                        graph (x: float[batch,6], h: float[1,batch,4], sr: int64[]) -> (y, n)
                        w: float[6,4] = seed(1)
                        a = MatMul(x, w)
                        s = Add(a, h)
                        n = Tanh(s)
                        y = Relu(n)
                        """);

        assertThat(Proof.equal(recurrent, recurrent, running(recurrent)).samples()).isEqualTo(4);
    }
}
