package dev.espalier.train.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.VerificationException;
import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.data.ModelRunner;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.pass.PassContext;
import dev.espalier.runtime.OrtRunner;
import dev.espalier.train.internal.torch.TorchModule;
import dev.espalier.train.internal.torch.TorchTensor;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TorchFileTest {
    private static final Model TWO_OUTPUTS =
            GraphText.parse(
                    """
                    graph (image: float[N,2,4,4], shift: float[N,3]) -> (scores, pooled)
                    conv.weight: float[3,2,3,3] = seed(1)
                    fc.weight: float[3,3] = seed(2)
                    c = Conv(image, conv.weight) {pads=[1,1,1,1]}
                    r = Relu(c)
                    p = GlobalAveragePool(r)
                    pooled = Flatten(p)
                    s = Gemm(pooled, fc.weight)
                    scores = Add(s, shift)
                    """);

    /** Gives what ONNX Runtime gives, but for a hundredth in the first number. */
    private static final ModelRunner WRONG =
            (asked, values) -> {
                ModelRunner.Session right = new OrtRunner().open(asked, values);
                return new ModelRunner.Session() {
                    @Override
                    public Map<String, Tensor> run(Map<String, Tensor> inputs) {
                        Tensor y = right.run(inputs).get("y");
                        float[] numbers = y.toFloats();
                        numbers[0] += 0.01f;
                        return Map.of("y", Tensor.ofFloats(y.shape(), numbers));
                    }

                    @Override
                    public void close() {
                        right.close();
                    }
                };
            };

    private static TorchFile file(Model model) {
        return TorchFile.of(model, PassContext.of(model).withRunner(new OrtRunner()));
    }

    private static String method(Model model, int batch) {
        return ExportedProgram.of(model, InputShapes.ofBatch(batch)).method();
    }

    @Test
    void severalOutputsAreATupleAndNamesAreThoseOfTheModel() {
        ExportedProgram program = ExportedProgram.of(TWO_OUTPUTS, InputShapes.ofBatch(2));
        assertThat(program.method())
                .startsWith(
                        """
                          def forward(self: __torch__.Net,
                              image: Tensor,
                              shift: Tensor) -> Tuple[Tensor, Tensor]:
                            x0 = image
                            x1 = shift
                        """)
                .containsPattern("return \\(torch.contiguous\\(v\\d+\\), torch.contiguous\\(v")
                .contains("self.conv_weight", "self.fc_weight")
                .doesNotContain("set_grad_enabled", "self.training");
        assertThat(program.parameters())
                .extracting(TorchTensor::name)
                .containsExactly("conv_weight", "fc_weight");
        assertThat(program.buffers()).isEmpty();
    }

    @Test
    void statisticsAndConstantsAreBuffers() {
        Model model =
                GraphText.parse(
                        """
                        graph (x: float[N,2,4,4]) -> (y)
                        scale: float[2] = fill(2)
                        shift: float[2] = fill(1)
                        mean: float[2] = fill(0)
                        variance: float[2] = fill(1)
                        half: float[] = 0.5
                        n = BatchNormalization(x, scale, shift, mean, variance)
                        y = Mul(n, half)
                        """);
        ExportedProgram program = ExportedProgram.of(model, InputShapes.ofBatch(2));
        assertThat(program.parameters())
                .extracting(TorchTensor::name)
                .containsExactly("scale", "shift");
        assertThat(program.buffers())
                .extracting(TorchTensor::name)
                .hasSize(3)
                .contains("mean", "variance");
        assertThat(file(model).isBatchOpen()).isTrue();
    }

    @Test
    void saysWhatToDoWithAnEightBitNetworkThatRoundsElsewhere() {
        Model model =
                GraphText.parse(
                        """
                        graph (x: float[N,2]) -> (y)
                        s: float[] = 0.1
                        z: uint8[] = 0
                        q = QuantizeLinear(x, s, z)
                        y = DequantizeLinear(q, s, z)
                        """);
        assertThatThrownBy(() -> TorchFile.of(model, PassContext.of(model).withRunner(WRONG)))
                .isInstanceOf(VerificationException.class)
                .hasMessageContaining("export the network from before it was quantized");
    }

    @Test
    void theFileGivesWhatTheModelGives() {
        TorchFile file = file(TWO_OUTPUTS);
        assertThat(file.isBatchOpen()).isTrue();
        assertThat(file.largestDifference()).isLessThan(1e-5);
        try (TorchModule module = TorchModule.load(file.bytes())) {
            List<Tensor> outputs =
                    module.run(
                            "forward",
                            List.of(
                                    Tensor.ofFloats(Shape.of(1, 2, 4, 4), new float[32]),
                                    Tensor.ofFloats(Shape.of(1, 3), 1, 2, 3)));
            assertThat(outputs)
                    .containsExactly(
                            Tensor.ofFloats(Shape.of(1, 3), 1, 2, 3),
                            Tensor.ofFloats(Shape.of(1, 3), 0, 0, 0));
        }
    }

    @Test
    void oneOutputIsATensor() {
        Model model = GraphText.parse("graph (x: float[N,2]) -> (y)\ny = Relu(x)\n");
        assertThat(method(model, 2)).contains(") -> Tensor:\n").contains("return torch.contiguous");
        assertThat(file(model).isBatchOpen()).isTrue();
    }

    @Test
    void namesThatPythonDoesNotAllowAreReplaced() {
        Model model =
                GraphText.parse(
                        """
                        graph (input.1: float[N,2], lambda: float[N,2], x0: float[N,2], v1: float[N,2], _b: float[N,2]) -> (y)
                        a = Add(input.1, lambda)
                        b = Add(x0, v1)
                        c = Add(a, _b)
                        y = Sub(b, c)
                        """);
        assertThat(method(model, 2))
                .contains("x0: Tensor", "x1: Tensor", "x2: Tensor", "x3: Tensor", "_b: Tensor")
                .contains("x4 = _b\n");
        assertThat(file(model).isBatchOpen()).isTrue();
    }

    @Test
    void attributesAreLegibleAndUnique() {
        ExportNames names = new ExportNames();
        assertThat(names.attribute("conv1.weight")).isEqualTo("conv1_weight");
        assertThat(names.attribute("conv1/weight")).isEqualTo("conv1_weight_");
        assertThat(names.attribute("/fc/7")).isEqualTo("fc_7");
        assertThat(names.attribute("12")).isEqualTo("tensor_12");
        assertThat(names.attribute("k0")).isEqualTo("k0_");
        assertThat(names.attribute("training")).isEqualTo("training_");
    }

    @Test
    void aComputedShapeLeavesTheBatchOpen() {
        Model model =
                GraphText.parse(
                        """
                        graph (x: float[N,2,3]) -> (y)
                        zero: int64[] = 0
                        rest: int64[1] = [-1]
                        axes: int64[1] = [0]
                        s = Shape(x)
                        n = Gather(s, zero)
                        u = Unsqueeze(n, axes)
                        t = Concat(u, rest) {axis=0}
                        y = Reshape(x, t)
                        """);
        assertThat(method(model, 2)).isNotEqualTo(method(model, 3));
        assertThat(file(model).isBatchOpen()).isTrue();
    }

    @Test
    void aModelThatHoldsItsBatchGivesAFileThatSaysSo() {
        Model declared = GraphText.parse("graph (x: float[4,2]) -> (y)\ny = Relu(x)\n");
        assertThat(file(declared).isBatchOpen()).isFalse();
        Model held =
                GraphText.parse(
                        """
                        graph (x: float[N,2,3]) -> (y)
                        t: int64[2] = [1,6]
                        y = Reshape(x, t)
                        """);
        assertThat(file(held).isBatchOpen()).isFalse();
    }

    @Test
    void refusesUnknownOperatorsByName() {
        Model model =
                GraphText.parse("graph (x: float[N,2]) -> (y)\na = Relu(x)\ny = Hardmax(a)\n");
        assertThatThrownBy(() -> file(model))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("no TorchScript form")
                .hasMessageContaining("Hardmax");
    }

    @Test
    void aFileThatDisagreesIsNone() {
        Model model = GraphText.parse("graph (x: float[N,2]) -> (y)\ny = Relu(x)\n");
        assertThatThrownBy(() -> TorchFile.of(model, PassContext.of(model).withRunner(WRONG)))
                .isInstanceOf(VerificationException.class)
                .hasMessageContaining("output 'y'");
    }
}
