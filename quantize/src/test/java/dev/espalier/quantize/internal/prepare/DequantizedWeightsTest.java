package dev.espalier.quantize.internal.prepare;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.GraphEditor;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.recipe.Options;
import dev.espalier.quantize.Quantize;
import dev.espalier.quantize.Runners;
import dev.espalier.quantize.internal.saturation.SaturationProof;
import dev.espalier.quantize.option.Calibration;
import dev.espalier.quantize.option.KeepFloat;
import dev.espalier.testkit.pass.RandomSamples;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class DequantizedWeightsTest {
    private static final String STORED =
            """
            opset 13
            graph (x: float[N,4,4,4]) -> (y)
            w: float[4,4,1,1] = seed(1)
            v: int8[4,4,1,1] = [127, 127, 9, 8, -127, -127, 1, 2, 100, 90, 3, 4, 5, 6, 127, 126]
            s: float[4] = [0.01, 0.02, 0.03, 0.04]
            z: int8[4] = [0, 0, 0, 1]
            c = Conv(x, w)
            r = Relu(c)
            d = DequantizeLinear(v, s, z) {axis=0}
            y = Conv(r, d) as stored
            """;

    @Test
    void storedWeightsBecomeTheNumbersThatTheyStandFor() {
        Model after = DequantizedWeights.rewrite(GraphText.parse(STORED));
        float[] weight =
                after.graph()
                        .constant(after.graph().producer("y").orElseThrow().input(1))
                        .orElseThrow()
                        .toFloats();

        assertThat(after.graph().nodes()).noneMatch(node -> node.is("DequantizeLinear"));
        assertThat(weight[0]).isEqualTo(127 * 0.01f);
        assertThat(weight[4]).isEqualTo(-127 * 0.02f);
        assertThat(weight[15]).isEqualTo(125 * 0.04f);
    }

    /** Behind bytes they would be computed as they are stored, and their sums could saturate. */
    @ParameterizedTest
    @ValueSource(strings = {"", "stored"})
    void aLayerWithStoredWeightsIsQuantizedOrLeftAsSafelyAsAnyOther(String floats) {
        Model model = GraphText.parse(STORED);
        PassContext context = RandomSamples.context(model, Runners.SINGLE);
        List<String> names = floats.isEmpty() ? List.of() : List.of(floats);
        Model made =
                Options.defaults(Quantize.class)
                        .withCalibration(Calibration.MIN_MAX)
                        .withKeepFloat(Options.defaults(KeepFloat.class).withNodes(names))
                        .apply(model, context);
        SaturationProof proof = SaturationProof.of(made, Runners.PLAIN);

        assertThat(proof.isComplete()).isTrue();
        assertThat(proof.verdicts()).hasSize(floats.isEmpty() ? 2 : 1);
        assertThat(context.notes()).noneMatch(note -> note.startsWith("warning"));
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT8E4M3FN", "FLOAT8E5M2", "FLOAT8E8M0", "FLOAT4E2M1"})
    void weightsThatAreStoredAsNoIntegersAreLeftAlone(DataType type) {
        Model model = GraphText.parse(STORED);
        Tensor stored =
                Tensor.of(type, Shape.of(4, 4, 1, 1), ByteBuffer.allocate((int) type.bytes(16)));
        Tensor scales = Tensor.of(type, Shape.of(4), ByteBuffer.allocate((int) type.bytes(4)));
        for (Map.Entry<String, Tensor> changed :
                Map.of("v", stored, "s", scales, "z", scales).entrySet()) {
            Model odd = with(model, changed.getKey(), changed.getValue());

            assertThat(DequantizedWeights.rewrite(odd)).isSameAs(odd);
        }
    }

    private static Model with(Model model, String name, Tensor tensor) {
        return model.withGraph(new GraphEditor(model.graph()).setInitializer(name, tensor).build());
    }

    @Test
    void aLayerThatReadsBytesAlreadyIsLeftAlone() {
        Model model =
                GraphText.parse(
                        """
                        opset 13
                        graph (x: uint8[N,4]) -> (y)
                        a: float[] = 0.1
                        b: uint8[] = 3
                        v: int8[4,4] = fill(127)
                        s: float[] = 0.01
                        x1 = DequantizeLinear(x, a, b)
                        d = DequantizeLinear(v, s)
                        y = MatMul(x1, d)
                        """);

        assertThat(DequantizedWeights.rewrite(model)).isSameAs(model);
    }

    /** Quantized by another tool with sums that can saturate: left as it is, and said so. */
    @Test
    void aLayerOfAnotherToolThatCanSaturateIsNamed() {
        Model model =
                GraphText.parse(
                        """
                        opset 13
                        graph (x: float[N,4]) -> (y: float[N,4])
                        a: float[] = 0.1
                        b: uint8[] = 128
                        v: int8[4,4] = fill(127)
                        s: float[] = 0.01
                        w: float[4,4] = seed(1)
                        q = QuantizeLinear(x, a, b)
                        x1 = DequantizeLinear(q, a, b)
                        d = DequantizeLinear(v, s)
                        h = MatMul(x1, d) as theirs
                        y = MatMul(h, w) as ours
                        """);
        PassContext context = RandomSamples.context(model, Runners.PLAIN);
        Options.defaults(Quantize.class).withCalibration(Calibration.MIN_MAX).apply(model, context);

        assertThat(context.notes())
                .anyMatch(
                        note ->
                                note.contains("sums of 1 of 2 integer layers can saturate")
                                        && note.contains("MatMul 'theirs' (4 of 4 channels)"));
        assertThat(context.skips())
                .anyMatch(
                        skip ->
                                skip.where().equals("MatMul 'theirs'")
                                        && skip.reason().contains("quantized before"));
    }
}
