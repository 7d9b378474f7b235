package dev.espalier.train.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.espalier.core.analysis.ExampleCut;
import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.analysis.ShapeInference;
import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.ir.Value;
import dev.espalier.core.op.Operators;
import dev.espalier.core.op.spec.Operator;
import dev.espalier.runtime.OrtRunner;
import dev.espalier.runtime.SessionSettings;
import dev.espalier.testkit.OperatorExample;
import dev.espalier.train.internal.torch.TorchModule;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What every operator promises, on the example calls at its test: ONNX Runtime says what is right.
 * A new operator is tested here as soon as it is listed in {@link Operators}.
 */
class OperatorContractTest {
    private static final double TOLERANCE = 1e-5;

    static List<OperatorExample> examples() {
        return OperatorExample.all();
    }

    static Stream<OperatorExample> withTorchScript() {
        return examples().stream()
                .filter(example -> example.operator().trains(example.call()))
                .filter(example -> !example.feeds().isEmpty());
    }

    static Stream<OperatorExample> withSlope() {
        return withTorchScript().filter(example -> example.withoutSlope().isEmpty());
    }

    private static Map<String, Tensor> run(Model model, List<String> outputs) {
        try (var session =
                new OrtRunner(SessionSettings.DEFAULT.withThreads(1)).open(model, outputs)) {
            return session.run(Map.of());
        }
    }

    private static Map<String, Tensor> run(OperatorExample example) {
        try (var session = new OrtRunner().open(example.model(), example.outputs())) {
            return session.run(example.feeds());
        }
    }

    @ParameterizedTest
    @MethodSource("examples")
    void typesAreThoseOfTheRuntime(OperatorExample example) {
        ShapeInference inference = ShapeInference.of(example.model());
        run(example)
                .forEach(
                        (name, tensor) ->
                                assertThat(
                                                inference
                                                        .type(name)
                                                        .map(type -> closed(example, type, tensor)))
                                        .contains(tensor.type()));
    }

    /** {@code type} with the sizes of {@code tensor} where the example says that some are open. */
    private static TensorType closed(OperatorExample example, TensorType type, Tensor tensor) {
        Shape shape = type.shape();
        for (int axis = 0; !example.openSizes().isEmpty() && axis < tensor.shape().rank(); axis++) {
            if (shape.dim(axis).equals(Dim.UNKNOWN)) {
                shape = shape.with(axis, tensor.shape().dim(axis));
            }
        }
        return type.withShape(shape);
    }

    /** What an operator computes of constants is what the runtime computes. */
    @ParameterizedTest
    @MethodSource("examples")
    void whatIsFoldedIsWhatTheRuntimeComputes(OperatorExample example) {
        ShapeInference inference = ShapeInference.of(example.bound());
        run(example)
                .forEach(
                        (name, tensor) ->
                                inference
                                        .constant(name)
                                        .ifPresent(folded -> assertSame(folded, tensor)));
    }

    @ParameterizedTest
    @MethodSource("examples")
    void channelsThatAreCutLeaveTheOthersAsTheyAre(OperatorExample example) {
        for (ExampleCut cut : ExampleCut.of(example)) {
            Map<String, Tensor> whole = run(cut.whole(), example.outputs());
            Map<String, Tensor> smaller = run(cut.smaller(), example.outputs());
            smaller.forEach(
                    (name, tensor) ->
                            assertThatCode(
                                            () ->
                                                    assertSame(
                                                            tensor,
                                                            cut.kept(name, whole.get(name))))
                                    .as(cut.toString())
                                    .doesNotThrowAnyException());
        }
    }

    @ParameterizedTest
    @MethodSource("withTorchScript")
    void torchScriptComputesWhatTheRuntimeDoes(OperatorExample example) {
        TorchProgram program =
                TorchProgram.evaluation(example.model(), InputShapes.ofBatch(1), example.outputs());
        List<Tensor> actual;
        try (TorchModule module = TorchModule.load(program.archive())) {
            actual = module.run("forward", new ArrayList<>(example.feeds().values()));
        }
        Map<String, Tensor> expected = run(example);
        for (int i = 0; i < actual.size(); i++) {
            assertSame(actual.get(i), expected.get(example.outputs().get(i)));
        }
    }

    @ParameterizedTest
    @MethodSource("withSlope")
    void gradientsAreTheSlopesInFloat64(OperatorExample example) {
        Model weighted = typed(example);
        List<Tensor> outputs = new ArrayList<>(run(example).values());
        Float64.assertSlopes(weighted, Projection.of(outputs));
    }

    /** The bound model with all outputs of its node, of the types they have. */
    private static Model typed(OperatorExample example) {
        Graph graph = example.bound().graph();
        ShapeInference inference = ShapeInference.of(example.model());
        List<Value> outputs =
                example.outputs().stream()
                        .map(name -> Value.of(name, inference.type(name).orElseThrow()))
                        .toList();
        return example.model()
                .withGraph(
                        new Graph(
                                graph.name(),
                                List.of(),
                                outputs,
                                List.of(),
                                List.copyOf(graph.initializers().values()),
                                graph.nodes(),
                                graph.extras()));
    }

    @Test
    void everyOperatorThatFoldsDoesSoInAnExample() {
        assertThat(Operators.all().stream().filter(operator -> says(operator, "evaluate")))
                .allSatisfy(
                        operator ->
                                assertThat(OperatorExample.of(operator))
                                        .as(operator.type() + ", folded")
                                        .anyMatch(OperatorContractTest::isFolded));
    }

    private static boolean isFolded(OperatorExample example) {
        return ShapeInference.of(example.bound()).constant(example.outputs().get(0)).isPresent();
    }

    @Test
    void everyOperatorThatIsWrittenInTorchScriptIsSoInAnExample() {
        assertThat(Operators.all().stream().filter(operator -> says(operator, "torch")))
                .allSatisfy(
                        operator ->
                                assertThat(OperatorExample.of(operator))
                                        .as(operator.type() + ", in TorchScript")
                                        .anyMatch(example -> operator.trains(example.call())));
    }

    /** Whether an operator has a rule of its own, which its examples have to show. */
    private static boolean says(Operator operator, String rule) {
        return Stream.of(operator.getClass().getMethods())
                .filter(method -> method.getName().equals(rule))
                .anyMatch(method -> method.getDeclaringClass() != Operator.class);
    }

    private static void assertSame(Tensor actual, Tensor expected) {
        assertThat(actual.type()).isEqualTo(expected.type());
        if (!expected.dataType().isFloating()) {
            assertThat(actual.toLongs()).isEqualTo(expected.toLongs());
            return;
        }
        Programs.assertClose(actual, expected, TOLERANCE);
    }
}
