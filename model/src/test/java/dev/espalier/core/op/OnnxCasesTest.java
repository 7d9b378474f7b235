package dev.espalier.core.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.espalier.core.analysis.ShapeInference;
import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.TensorType;
import dev.espalier.testkit.OnnxCases;
import dev.espalier.testkit.OnnxCases.Case;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Shape rules and evaluation against the cases that ONNX tests its own operators with. */
class OnnxCasesTest {
    private static final List<Case> CASES = OnnxCases.known();

    /** Operators that shape arithmetic needs: all of their cases must be evaluated. */
    private static final Set<String> EVALUATED =
            Set.of(
                    "Add",
                    "Sub",
                    "Mul",
                    "Div",
                    "Shape",
                    "ConstantOfShape",
                    "Range",
                    "Expand",
                    "Equal",
                    "Greater",
                    "GreaterOrEqual",
                    "Less",
                    "LessOrEqual",
                    "Where",
                    "Concat",
                    "Slice",
                    "Split",
                    "Gather",
                    "Reshape",
                    "Flatten",
                    "Squeeze",
                    "Unsqueeze",
                    "Transpose",
                    "Identity");

    /** Operators whose results are as long as their numbers say, which only a runtime computes. */
    private static final Set<String> FINDING = Set.of("Loop", "NonMaxSuppression", "Unique");

    @BeforeAll
    static void needsTheCases() {
        assumeTrue(OnnxCases.isInstalled(), OnnxCases.ABSENT);
    }

    /** One entry that stands for none keeps the parameterized tests quiet without the cases. */
    static Stream<Optional<Case>> cases() {
        return CASES.isEmpty() ? Stream.of(Optional.empty()) : CASES.stream().map(Optional::of);
    }

    @Test
    void theCasesOfOurOperatorsAreThere() {
        assertThat(CASES).hasSizeGreaterThan(250);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void typesFitTheDeclaredOnes(Optional<Case> given) {
        Graph graph = given.orElseThrow().model().graph();
        ShapeInference inference = ShapeInference.of(given.orElseThrow().model());
        graph.outputs()
                .forEach(
                        output -> {
                            TensorType inferred = inference.type(output.name()).orElseThrow();
                            TensorType declared = output.type().orElseThrow();
                            assertThat(inferred.dataType()).isEqualTo(declared.dataType());
                            assertThat(fits(inferred.shape(), declared.shape()))
                                    .as("inferred %s, declared %s", inferred, declared)
                                    .isTrue();
                        });
    }

    private static boolean fits(Shape inferred, Shape declared) {
        if (!inferred.isRanked() || !declared.isRanked()) {
            return true;
        }
        if (inferred.rank() != declared.rank()) {
            return false;
        }
        for (int axis = 0; axis < inferred.rank(); axis++) {
            Dim a = inferred.dim(axis);
            Dim b = declared.dim(axis);
            if (a.isFixed() && b.isFixed() && !a.equals(b)) {
                return false;
            }
        }
        return true;
    }

    @ParameterizedTest
    @MethodSource("cases")
    void shapesAreExactWhereTheInputsAreKnown(Optional<Case> given) {
        Case test = given.orElseThrow();
        ShapeInference inference = ShapeInference.of(test.bound());
        for (int i = 0; i < test.outputs().size(); i++) {
            String output = test.model().graph().outputs().get(i).name();
            TensorType expected = test.outputs().get(i).type();
            if (test.operators().stream().noneMatch(FINDING::contains)) {
                assertThat(inference.type(output)).contains(expected);
            } else {
                TensorType inferred = inference.type(output).orElseThrow();
                assertThat(inferred.dataType()).isEqualTo(expected.dataType());
                assertThat(inferred.shape().isRanked()).isTrue();
                assertThat(fits(inferred.shape(), expected.shape())).isTrue();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void whatIsEvaluatedIsTheExpectedTensor(Optional<Case> given) {
        Case test = given.orElseThrow();
        ShapeInference inference = ShapeInference.of(test.bound());
        for (int i = 0; i < test.outputs().size(); i++) {
            String output = test.model().graph().outputs().get(i).name();
            Optional<Tensor> value = inference.constant(output);
            if (EVALUATED.containsAll(test.operators())) {
                assertThat(value).as("evaluated").isPresent();
            }
            if (value.isPresent()) {
                assertThat(value.get()).isEqualTo(test.outputs().get(i));
            }
        }
    }
}
