package dev.espalier.train.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Initializer;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.ir.Value;
import dev.espalier.core.op.Operators;
import dev.espalier.testkit.OnnxCases;
import dev.espalier.testkit.OnnxCases.Case;
import dev.espalier.train.torch.TorchModule;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The gradient that training follows against the slope of the same function in float64, for every
 * operator that trains. All float tensors of ONNX's cases become weights of a network whose loss is
 * a random linear function of its outputs.
 */
class GradientsTest {
    private static final double TOLERANCE = 1e-4;
    private static final double STEP = 1e-6;

    /** What differences of float64 losses leave of a slope of 0. */
    private static final double NOISE = 1e-7;

    /** Elements of a weight that are nudged, evenly spread over it. */
    private static final int NUDGED = 24;

    /** They round, or compute otherwise in training than in evaluation; see their own tests. */
    private static final List<String> APART =
            List.of("BatchNormalization", "Cast", "Dropout", "Gelu", "Pow");

    /**
     * No float result depends smoothly on a float input: comparisons, sizes, whole numbers; or the
     * runtime's own, which do not train.
     */
    private static final List<String> WITHOUT_SLOPE =
            List.of(
                    "BiasGelu",
                    "Constant",
                    "ConstantOfShape",
                    "DynamicQuantizeLinear",
                    "Equal",
                    "FastGelu",
                    "FusedMatMul",
                    "GatherBlockQuantized",
                    "Greater",
                    "GreaterOrEqual",
                    "Less",
                    "LessOrEqual",
                    "MatMulInteger",
                    "MatMulNBits",
                    "QuantizeLinear",
                    "QuickGelu",
                    "Range",
                    "Shape",
                    "SkipLayerNormalization");

    /** A random linear function of the float outputs. */
    private record Projection(List<Tensor> factors) implements Objective {
        static Projection of(List<Tensor> outputs) {
            SplittableRandom random = new SplittableRandom(3);
            List<Tensor> factors = new ArrayList<>();
            for (Tensor output : outputs) {
                float[] values = new float[Math.toIntExact(output.elementCount())];
                for (int i = 0; i < values.length; i++) {
                    values[i] = (float) random.nextDouble(-1, 1);
                }
                factors.add(Tensor.ofFloats(output.shape(), values));
            }
            return new Projection(factors);
        }

        @Override
        public String write(LossWriter writer) {
            List<Value> outputs = writer.network().graph().outputs();
            return IntStream.range(0, outputs.size())
                    .mapToObj(
                            i ->
                                    "torch.sum(torch.mul(%s, %s))"
                                            .formatted(
                                                    writer.value(outputs.get(i).name()),
                                                    writer.weight("factor " + i, factors.get(i))))
                    .reduce((sum, part) -> "torch.add(" + sum + ", " + part + ")")
                    .orElseThrow();
        }

        double of64(List<Tensor> outputs) {
            double sum = 0;
            for (int i = 0; i < outputs.size(); i++) {
                double[] values = outputs.get(i).toDoubles();
                double[] by = factors.get(i).toDoubles();
                for (int k = 0; k < values.length; k++) {
                    sum += values[k] * by[k];
                }
            }
            return sum;
        }
    }

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
        return test.inputs().stream().anyMatch(NetworkWriter::isTrainable)
                && test.outputs().stream()
                        .allMatch(
                                tensor ->
                                        tensor.dataType() == DataType.FLOAT
                                                && tensor.elementCount() > 0)
                && test.operators().stream().noneMatch(APART::contains)
                && program(test).filter(program -> !weights(program).isEmpty()).isPresent();
    }

    private static Optional<TorchProgram> program(Case test) {
        try {
            return Optional.of(training(weighted(test), Projection.of(test.outputs())));
        } catch (UnsupportedModelException e) {
            return Optional.empty();
        }
    }

    private static TorchProgram training(Model model, Objective objective) {
        return TorchProgram.training(
                model, InputShapes.ofBatch(1), 1, objective, Programs.EXACT, Map.of());
    }

    /** The case's model with all its inputs constant; those of floats are weights. */
    private static Model weighted(Case test) {
        Model bound = test.bound();
        return bound.withOpset("", Math.max(9, bound.opset()));
    }

    private static List<String> weights(TorchProgram program) {
        return program.state().stream()
                .filter(slot -> slot.kind() == Slot.Kind.WEIGHT)
                .map(Slot::name)
                .toList();
    }

    /** The same function of float64, which is fed the weights that train. */
    private static Model doubled(Model weighted, List<String> weights) {
        Graph graph = weighted.graph();
        List<Value> inputs = new ArrayList<>();
        List<Initializer> constants = new ArrayList<>();
        for (Initializer held : graph.initializers().values()) {
            Tensor tensor = held.tensor();
            if (weights.contains(held.name())) {
                inputs.add(Value.of(held.name(), new TensorType(DataType.DOUBLE, tensor.shape())));
            } else if (tensor.dataType() == DataType.FLOAT) {
                constants.add(
                        Initializer.of(
                                held.name(),
                                Tensor.ofReals(
                                        DataType.DOUBLE, tensor.shape(), tensor.toDoubles())));
            } else {
                constants.add(held);
            }
        }
        List<Value> outputs =
                graph.outputs().stream()
                        .map(
                                output ->
                                        output.withType(
                                                new TensorType(
                                                        DataType.DOUBLE,
                                                        output.type().orElseThrow().shape())))
                        .toList();
        return weighted.withGraph(
                new Graph(
                        graph.name(),
                        inputs,
                        outputs,
                        List.of(),
                        constants,
                        graph.nodes(),
                        graph.extras()));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theGradientIsTheSlopeInFloat64(Optional<Case> given) {
        assumeTrue(given.isPresent(), OnnxCases.ABSENT);
        Case test = given.get();
        Projection loss = Projection.of(test.outputs());
        TorchProgram program = program(test).orElseThrow();
        Model exact = doubled(weighted(test), weights(program));
        TorchProgram forward =
                TorchProgram.evaluation(
                        exact,
                        InputShapes.ofBatch(1),
                        exact.graph().outputs().stream().map(Value::name).toList());
        Map<String, double[]> at = new LinkedHashMap<>();
        for (Value feed : exact.graph().feeds()) {
            at.put(
                    feed.name(),
                    weighted(test).graph().constant(feed.name()).orElseThrow().toDoubles());
        }
        try (TorchModule module = TorchModule.load(forward.archive())) {
            assertSlopes(
                    gradients(program),
                    at,
                    values -> loss.of64(module.run("forward", tensors(exact, values))));
        }
    }

    private static List<Tensor> tensors(Model exact, Map<String, double[]> values) {
        return exact.graph().feeds().stream()
                .map(
                        feed ->
                                Tensor.ofReals(
                                        DataType.DOUBLE,
                                        feed.type().orElseThrow().shape(),
                                        values.get(feed.name())))
                .toList();
    }

    /** Gradients of the network's weights; {@code part} gives them as its leaves come. */
    private static Map<String, float[]> gradients(TorchProgram program) {
        Map<String, float[]> gradients = new LinkedHashMap<>();
        try (TorchModule module = TorchModule.load(program.archive())) {
            List<Tensor> results =
                    module.run("part", List.of(Tensor.ofLongs(Shape.of(1), 0L))).stream()
                            .skip(2)
                            .toList();
            List<Slot> leaves =
                    program.state().stream()
                            .filter(
                                    slot ->
                                            slot.kind() == Slot.Kind.WEIGHT
                                                    || slot.kind() == Slot.Kind.COMPANION)
                            .toList();
            for (int i = 0; i < results.size(); i++) {
                if (leaves.get(i).kind() == Slot.Kind.WEIGHT) {
                    gradients.put(leaves.get(i).name(), results.get(i).toFloats());
                }
            }
        }
        return gradients;
    }

    /**
     * Compares to 1e-4 of the weight's steepest slope, where the function is smooth: at a kink,
     * such as Relu's at 0, its slopes to the left and to the right differ, and any number between
     * is a gradient.
     */
    private static void assertSlopes(
            Map<String, float[]> gradients,
            Map<String, double[]> at,
            ToDoubleFunction<Map<String, double[]>> loss) {
        assertThat(gradients).isNotEmpty();
        double here = loss.applyAsDouble(at);
        gradients.forEach(
                (weight, gradient) -> {
                    int stride = Math.max(1, gradient.length / NUDGED);
                    List<double[]> slopes = new ArrayList<>();
                    double steepest = 0;
                    for (int i = 0; i < gradient.length; i += stride) {
                        double left = slope(loss, at, weight, i, -STEP, here);
                        double right = slope(loss, at, weight, i, STEP, here);
                        slopes.add(new double[] {Math.min(left, right), Math.max(left, right)});
                        steepest = Math.max(steepest, Math.max(Math.abs(left), Math.abs(right)));
                    }
                    double within = Math.max(NOISE, TOLERANCE * steepest);
                    for (int k = 0; k < slopes.size(); k++) {
                        assertThat((double) gradient[k * stride])
                                .as("%s[%d]", weight, k * stride)
                                .isBetween(slopes.get(k)[0] - within, slopes.get(k)[1] + within);
                    }
                });
    }

    private static double slope(
            ToDoubleFunction<Map<String, double[]>> loss,
            Map<String, double[]> at,
            String weight,
            int i,
            double step,
            double here) {
        double[] moved = at.get(weight).clone();
        moved[i] += step;
        Map<String, double[]> there = new LinkedHashMap<>(at);
        there.put(weight, moved);
        return (loss.applyAsDouble(there) - here) / step;
    }

    @Test
    void everyOperatorThatTrainsIsChecked() {
        assumeTrue(OnnxCases.isInstalled(), OnnxCases.ABSENT);
        TreeSet<String> unchecked = new TreeSet<>();
        Operators.all().forEach(operator -> unchecked.add(operator.type()));
        cases().flatMap(Optional::stream).forEach(test -> unchecked.removeAll(test.operators()));
        unchecked.removeAll(APART);
        // Bytes in, bytes out: what is written as integer operators does not train.
        unchecked.removeIf(type -> type.matches("QGemm|QLinear.*"));
        assertThat(unchecked).containsExactlyInAnyOrderElementsOf(WITHOUT_SLOPE);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "Gelu(x) {approximate=\"none\"}",
                "Gelu(x) {approximate=\"tanh\"}",
                "Pow(x, two)"
            })
    void whatHasNoCasesHasTheGradientOfItsFormula(String call) {
        Model model =
                GraphText.parse(
                        """
                        opset 20
                        graph () -> (y: float[3])
                        x: float[3] = [-1.5, 0.25, 2]
                        two: float[] = 2
                        y = %s
                        """
                                .formatted(call));
        Tensor x = model.graph().constant("x").orElseThrow();
        Projection loss = Projection.of(List.of(x));
        Map<String, float[]> gradients = new LinkedHashMap<>(gradients(training(model, loss)));
        gradients.remove("two");
        assertSlopes(
                gradients,
                Map.of("x", x.toDoubles()),
                values -> {
                    double[] y =
                            DoubleStream.of(values.get("x"))
                                    .map(
                                            v ->
                                                    call.startsWith("Pow")
                                                            ? v * v
                                                            : gelu(v, call.contains("tanh")))
                                    .toArray();
                    return loss.of64(List.of(Tensor.ofReals(DataType.DOUBLE, Shape.of(3), y)));
                });
    }

    private static double gelu(double x, boolean approximate) {
        double share =
                approximate
                        ? Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x))
                        : erf(x / Math.sqrt(2));
        return x / 2 * (1 + share);
    }

    /** The series of the error function, which converges for small numbers. */
    private static double erf(double x) {
        double term = x;
        double sum = x;
        for (int n = 1; n < 60; n++) {
            term *= -x * x / n;
            sum += term / (2 * n + 1);
        }
        return 2 / Math.sqrt(Math.PI) * sum;
    }

    /**
     * In training, batch normalization takes the statistics of the batch, and gradients through
     * them.
     */
    @Test
    void batchNormalizationHasTheGradientOfItsBatch() {
        Model model =
                GraphText.parse(
                        """
                        graph () -> (y: float[3,2,2,2])
                        x: float[3,2,2,2] = seed(1)
                        scale: float[2] = seed(2)
                        shift: float[2] = seed(3)
                        mean: float[2] = seed(4)
                        var: float[2] = [1, 2]
                        y = BatchNormalization(x, scale, shift, mean, var)
                        """);
        Projection loss = Projection.of(List.of(model.graph().constant("x").orElseThrow()));
        Map<String, double[]> at = new LinkedHashMap<>();
        for (String weight : List.of("x", "scale", "shift")) {
            at.put(weight, model.graph().constant(weight).orElseThrow().toDoubles());
        }
        Map<String, float[]> gradients = gradients(training(model, loss));
        assertThat(gradients).containsOnlyKeys("x", "scale", "shift");
        assertSlopes(
                gradients,
                at,
                values ->
                        loss.of64(
                                List.of(
                                        Tensor.ofReals(
                                                DataType.DOUBLE,
                                                Shape.of(3, 2, 2, 2),
                                                normalized(values)))));
    }

    private static double[] normalized(Map<String, double[]> values) {
        double[] x = values.get("x");
        double[] y = new double[x.length];
        int channels = 2;
        int area = 4;
        for (int c = 0; c < channels; c++) {
            int channel = c;
            int[] members =
                    IntStream.range(0, x.length)
                            .filter(i -> i / area % channels == channel)
                            .toArray();
            double mean = IntStream.of(members).mapToDouble(i -> x[i]).average().orElseThrow();
            double variance =
                    IntStream.of(members)
                            .mapToDouble(i -> (x[i] - mean) * (x[i] - mean))
                            .average()
                            .orElseThrow();
            for (int i : members) {
                y[i] =
                        (x[i] - mean)
                                        / Math.sqrt(variance + (double) 1e-5f)
                                        * values.get("scale")[c]
                                + values.get("shift")[c];
            }
        }
        return y;
    }

    @Test
    void castsOfRealsPassGradientsOn() {
        Model model =
                GraphText.parse(
                        """
                        graph () -> (y: float[6])
                        x: float[6] = seed(1)
                        d = Cast(x) {to=11}
                        y = Cast(d) {to=1}
                        """);
        Projection loss = Projection.of(List.of(model.graph().constant("x").orElseThrow()));
        assertThat(gradients(training(model, loss)).get("x"))
                .isEqualTo(loss.factors().get(0).toFloats());
    }

    @Test
    void whatDropoutKeepsHasItsScaleAsGradient() {
        Model model =
                GraphText.parse(
                        """
                        opset 11
                        graph () -> (y: float[400])
                        x: float[400] = seed(1)
                        y = Dropout(x) {ratio=0.25}
                        """);
        Projection loss = Projection.of(List.of(model.graph().constant("x").orElseThrow()));
        float[] gradient = gradients(training(model, loss)).get("x");
        int kept = 0;
        for (int i = 0; i < gradient.length; i++) {
            float factor = loss.factors().get(0).toFloats()[i];
            if (gradient[i] != 0) {
                kept++;
                assertThat(gradient[i]).isCloseTo(factor / 0.75f, within(1e-5f));
            }
        }
        assertThat(kept).isBetween(250, 350);
    }
}
