package dev.espalier.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.data.ModelRunner;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.ir.Value;
import dev.espalier.core.onnx.OnnxReader;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.simplify.FoldBatchNorm;
import dev.espalier.core.simplify.Simplify;
import dev.espalier.testkit.RandomGraphs;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Simplified and folded models compute what the originals compute, in ONNX Runtime. */
class SimplifyEqualityTest {
    /** Folding re-orders sums; deep networks add up what that gives. */
    private static final double TOLERANCE = 1e-5;

    private final ModelRunner runner = new OrtRunner();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void randomNetworks(long seed) {
        Model model = RandomGraphs.cnn(seed);
        Model simple = new Simplify().apply(model, PassContext.of(model).withRunner(runner));
        assertThat(difference(model, simple, 2)).as("seed %d", seed).isZero();
        Model folded = FoldBatchNorm.fold(simple);
        assertThat(difference(model, folded, 2)).as("seed %d", seed).isLessThan(TOLERANCE);
    }

    @Test
    void aModelThatIsNotTheSameFails() {
        Model model = RandomGraphs.cnn(1);
        Tensor weight = model.graph().initializers().values().iterator().next().tensor();
        float[] values = weight.toFloats();
        values[0] *= 1.01f;
        String name = model.graph().initializers().keySet().iterator().next();
        Model wrong =
                model.withGraph(
                        new dev.espalier.core.ir.GraphEditor(model.graph())
                                .setInitializer(name, Tensor.ofFloats(weight.shape(), values))
                                .build());
        assertThat(difference(model, wrong, 2)).isGreaterThan(TOLERANCE);
    }

    @Test
    void bothPassesProveWhatTheyClaim() {
        Model model = RandomGraphs.cnn(2);
        PassContext context = PassContext.of(model).withRunner(runner);
        Model simple = new Simplify().apply(model, context);
        Model folded = new FoldBatchNorm().apply(simple, context);
        assertThat(folded).isNotSameAs(simple);
        assertThat(context.notes())
                .anyMatch(note -> note.startsWith("folded"))
                .anyMatch(note -> note.contains("inputs") || note.contains("samples"));
    }

    @Test
    void transposedConvolutionAndGemm() {
        Model model =
                GraphText.parse(
                        """
                        graph (x: float[N,4,5,5]) -> (y)
                        w: float[4,3,3,3] = seed(1)
                        s: float[6] = seed(2)
                        t: float[6] = seed(3)
                        m: float[6] = seed(4)
                        v: float[6] = seed(5)
                        g: float[6,7] = seed(6)
                        c: float[1,7] = seed(7)
                        s2: float[7] = seed(12)
                        t2: float[7] = seed(13)
                        m2: float[7] = seed(14)
                        v2: float[7] = seed(15)
                        a = ConvTranspose(x, w) {group=2, strides=[2,2]}
                        b = BatchNormalization(a, s, t, m, v) {epsilon=0.01}
                        d = GlobalAveragePool(b)
                        e = Flatten(d)
                        f = Gemm(e, g, c) {alpha=0.5, beta=2.0}
                        y = BatchNormalization(f, s2, t2, m2, v2)
                        """);
        Model folded = FoldBatchNorm.fold(model);
        assertThat(folded.graph().nodes()).noneMatch(node -> node.is("BatchNormalization"));
        assertThat(difference(model, folded, 3)).isLessThan(TOLERANCE);
    }

    @Test
    void shapesThatFollowTheBatchFitEveryBatch() {
        Model model =
                GraphText.parse(
                        """
                        opset 13
                        graph (x: float[N,8,3,5]) -> (y)
                        zero: int64[] = 0
                        one: int64[] = 1
                        two: int64[] = 2
                        axes: int64[1] = [0]
                        pair: int64[1] = [2]
                        s = Shape(x)
                        n = Gather(s, zero) {axis=0}
                        c = Gather(s, one) {axis=0}
                        half = Div(c, two)
                        un = Unsqueeze(n, axes)
                        uh = Unsqueeze(half, axes)
                        starts: int64[1] = [2]
                        ends: int64[1] = [9223372036854775807]
                        hw = Slice(s, starts, ends)
                        t1 = Concat(un, pair, uh, hw) {axis=0}
                        a = Reshape(x, t1)
                        b = Transpose(a) {perm=[0,2,1,3,4]}
                        s2 = Shape(b)
                        n2 = Gather(s2, zero) {axis=0}
                        un2 = Unsqueeze(n2, axes)
                        t2 = Concat(un2, ul, hw) {axis=0}
                        ul = Unsqueeze(c, axes)
                        d = Reshape(b, t2)
                        m = Mul(n2, two)
                        um = Unsqueeze(m, axes)
                        rest: int64[1] = [60]
                        t3 = Concat(um, rest) {axis=0}
                        y = Reshape(d, t3)
                        """);
        Model simple = new Simplify().apply(model, PassContext.of(model).withRunner(runner));
        assertThat(simple.graph().nodes())
                .extracting("opType")
                .containsExactly("Reshape", "Transpose", "Reshape", "Reshape");
        for (int batch : new int[] {1, 2, 5}) {
            assertThat(difference(model, simple, batch)).isZero();
        }
    }

    /** Largest absolute difference of all outputs, relative to the largest absolute output. */
    private double difference(Model expected, Model actual, int batch) {
        Map<String, Tensor> inputs = inputs(expected, batch);
        double largest = 0;
        double difference = 0;
        try (ModelRunner.Session a = runner.open(expected, outputs(expected));
                ModelRunner.Session b = runner.open(actual, outputs(expected))) {
            Map<String, Tensor> left = a.run(inputs);
            Map<String, Tensor> right = b.run(inputs);
            for (String name : outputs(expected)) {
                float[] x = left.get(name).toFloats();
                float[] y = right.get(name).toFloats();
                assertThat(y).hasSameSizeAs(x);
                for (int i = 0; i < x.length; i++) {
                    largest = Math.max(largest, Math.abs(x[i]));
                    difference = Math.max(difference, Math.abs(x[i] - y[i]));
                }
            }
        }
        return difference / largest;
    }

    private static List<String> outputs(Model model) {
        return model.graph().outputs().stream().map(Value::name).toList();
    }

    private static Map<String, Tensor> inputs(Model model, int batch) {
        SplittableRandom random = new SplittableRandom(7);
        Map<String, Tensor> inputs = new HashMap<>();
        for (Value input : model.graph().feeds()) {
            TensorType type = input.type().orElseThrow();
            Shape shape = type.shape().with(0, Dim.of(batch));
            float[] values = new float[(int) shape.elementCount()];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) random.nextGaussian();
            }
            assertThat(type.dataType()).isEqualTo(DataType.FLOAT);
            inputs.put(input.name(), Tensor.ofFloats(shape, values));
        }
        return inputs;
    }

    static Stream<Path> namedModels() {
        return Stream.of(System.getProperty("espalier.models", "").split(",")).map(Path::of);
    }

    /** On request: {@code -Despalier.models=a.onnx,b.onnx}. */
    @ParameterizedTest
    @MethodSource("namedModels")
    @EnabledIfSystemProperty(named = "espalier.models", matches = ".+")
    void realNetworks(Path file) {
        Model model = OnnxReader.read(file);
        PassContext context = PassContext.of(model).withRunner(runner);
        Model simple = new Simplify().apply(model, context);
        Model folded = FoldBatchNorm.fold(simple);
        assertThat(difference(model, simple, 2)).as("%s", context.notes()).isLessThan(1e-6);
        assertThat(difference(model, folded, 2)).isLessThan(1e-4);
    }
}
