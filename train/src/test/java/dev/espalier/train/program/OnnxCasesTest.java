package dev.espalier.train.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.Initializer;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.Value;
import dev.espalier.testkit.OnnxCases;
import dev.espalier.testkit.OnnxCases.Case;
import dev.espalier.train.internal.torch.TorchModule;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every operator's TorchScript against the cases that ONNX tests its own operators with. */
class OnnxCasesTest {
    /** Cases whose outputs were written down with four digits behind the point. */
    private static final Set<String> WITH_FOUR_DIGITS = Set.of("test_gridsample_bicubic");

    /** What Torch has tensors of and DJL can feed. */
    private static final Set<DataType> FED =
            Set.of(
                    DataType.FLOAT,
                    DataType.DOUBLE,
                    DataType.INT64,
                    DataType.INT32,
                    DataType.INT8,
                    DataType.UINT8,
                    DataType.BOOL);

    private static final List<Case> CASES = OnnxCases.known();

    @BeforeAll
    static void needsTheCases() {
        assumeTrue(OnnxCases.isInstalled(), OnnxCases.ABSENT);
    }

    /** One entry that stands for none keeps the parameterized test quiet without the cases. */
    static Stream<Optional<Case>> cases() {
        List<Optional<Case>> written =
                CASES.stream().filter(OnnxCasesTest::isWritten).map(Optional::of).toList();
        return written.isEmpty() ? Stream.of(Optional.empty()) : written.stream();
    }

    private static boolean isWritten(Case test) {
        return Stream.concat(test.inputs().stream(), test.outputs().stream())
                        .allMatch(tensor -> FED.contains(tensor.dataType()))
                && tryCompile(test).isPresent();
    }

    private static Optional<TorchProgram> tryCompile(Case test) {
        Model model = fed(test);
        try {
            return Optional.of(
                    TorchProgram.evaluation(
                            model,
                            InputShapes.ofBatch(1),
                            model.graph().outputs().stream().map(Value::name).toList()));
        } catch (dev.espalier.core.UnsupportedModelException e) {
            return Optional.empty();
        }
    }

    /** The model that is fed its first input and those of float elements; shapes are constants. */
    private static Model fed(Case test) {
        Graph graph = test.model().graph();
        List<Initializer> constants = new ArrayList<>(graph.initializers().values());
        List<Value> inputs = new ArrayList<>();
        List<Value> feeds = graph.feeds();
        for (int i = 0; i < test.inputs().size(); i++) {
            Value feed = feeds.get(i).withType(test.inputs().get(i).type());
            if (isFed(test, i)) {
                inputs.add(feed);
            } else {
                constants.add(Initializer.of(feed.name(), test.inputs().get(i)));
            }
        }
        // Some cases name older operator sets than models may; their operators have not changed.
        return test.model()
                .withOpset("", Math.max(9, test.model().opset()))
                .withGraph(
                        new Graph(
                                graph.name(),
                                inputs,
                                graph.outputs(),
                                graph.valueInfos(),
                                constants,
                                graph.nodes(),
                                graph.extras()));
    }

    private static boolean isFed(Case test, int i) {
        Tensor tensor = test.inputs().get(i);
        return i == 0 || tensor.dataType() == DataType.FLOAT && tensor.shape().rank() > 1;
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theProgramGivesTheExpectedOutputs(Optional<Case> given) {
        Case test = given.orElseThrow();
        List<Tensor> inputs = new ArrayList<>();
        for (int i = 0; i < test.inputs().size(); i++) {
            if (isFed(test, i)) {
                inputs.add(test.inputs().get(i));
            }
        }
        List<Tensor> actual;
        try (TorchModule module = TorchModule.load(tryCompile(test).orElseThrow().archive())) {
            actual = module.run("forward", inputs);
        }
        for (int i = 0; i < actual.size(); i++) {
            assertClose(test.name(), actual.get(i), test.outputs().get(i));
        }
    }

    private static void assertClose(String name, Tensor actual, Tensor expected) {
        assertThat(actual.type()).isEqualTo(expected.type());
        if (!expected.dataType().isFloating()) {
            assertThat(actual.toLongs()).isEqualTo(expected.toLongs());
            return;
        }
        float[] a = actual.toFloats();
        float[] e = expected.toFloats();
        float absolute = WITH_FOUR_DIGITS.contains(name) ? 5e-5f : 1e-6f;
        for (int i = 0; i < e.length; i++) {
            if (Float.isFinite(e[i])) {
                assertThat(a[i])
                        .as("%s, element %d", name, i)
                        .isCloseTo(e[i], within(absolute + 1e-5f * Math.abs(e[i])));
            } else {
                assertThat(a[i]).as("%s, element %d", name, i).isEqualTo(e[i]);
            }
        }
    }
}
