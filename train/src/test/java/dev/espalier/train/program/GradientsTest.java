package dev.espalier.train.program;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Tensor;
import dev.espalier.testkit.OnnxCases;
import dev.espalier.testkit.OnnxCases.Case;
import dev.espalier.testkit.OperatorExample;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The gradient that training follows against the slope of the same function in float64, for every
 * operator that trains. All float tensors of ONNX's cases become weights of a network whose loss is
 * a random linear function of its outputs.
 */
class GradientsTest {
    /**
     * Those without a slope in any example: they round, or compute otherwise in training than in
     * evaluation; see {@link FormulaGradientsTest}.
     */
    private static final Set<String> APART =
            OperatorExample.all().stream()
                    .collect(Collectors.groupingBy(example -> example.node().opType()))
                    .entrySet()
                    .stream()
                    .filter(
                            examples ->
                                    examples.getValue().stream()
                                            .noneMatch(e -> e.withoutSlope().isEmpty()))
                    .map(Map.Entry::getKey)
                    .collect(Collectors.toSet());

    /**
     * Cases with inputs that have no slope to compare with; the examples have others. The first is
     * a tanh of numbers so large that all slopes are smaller than the rounding of float32, the next
     * two begin where the function does, and the last two hold places as floats.
     */
    private static final Set<String> WITHOUT_SLOPE =
            Set.of(
                    "test_rnn_seq_length",
                    "test_acosh_example",
                    "test_pow",
                    "test_onehot_with_axis",
                    "test_onehot_with_negative_axis");

    /** One entry that stands for none keeps the parameterized test quiet without the cases. */
    static Stream<Optional<Case>> cases() {
        List<Optional<Case>> written =
                OnnxCases.known().stream()
                        .filter(GradientsTest::isSmooth)
                        .map(Optional::of)
                        .toList();
        return written.isEmpty() ? Stream.of(Optional.empty()) : written.stream();
    }

    private static boolean isSmooth(Case test) {
        return !WITHOUT_SLOPE.contains(test.name())
                && test.inputs().stream().anyMatch(NetworkWriter::isTrainable)
                && test.outputs().stream()
                        .allMatch(
                                tensor ->
                                        tensor.dataType() == DataType.FLOAT
                                                && tensor.elementCount() > 0
                                                && isFinite(tensor))
                && test.operators().stream().noneMatch(APART::contains)
                && program(test).filter(program -> !Float64.weights(program).isEmpty()).isPresent();
    }

    private static boolean isFinite(Tensor tensor) {
        for (float value : tensor.toFloats()) {
            if (!Float.isFinite(value)) {
                return false;
            }
        }
        return true;
    }

    private static Optional<TorchProgram> program(Case test) {
        try {
            return Optional.of(Slopes.training(weighted(test), Projection.of(test.outputs())));
        } catch (UnsupportedModelException e) {
            return Optional.empty();
        }
    }

    /** The case's model with all its inputs constant; those of floats are weights. */
    private static Model weighted(Case test) {
        Model bound = test.bound();
        return bound.withOpset("", Math.max(9, bound.opset()));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theGradientIsTheSlopeInFloat64(Optional<Case> given) {
        assumeTrue(given.isPresent(), OnnxCases.ABSENT);
        Case test = given.get();
        Float64.assertSlopes(weighted(test), Projection.of(test.outputs()));
    }
}
