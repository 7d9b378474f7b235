package dev.espalier.quantize.saturation;

import dev.espalier.core.data.ModelRunner;
import dev.espalier.core.ir.Attributes;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Initializer;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.Value;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs a model as an x86 CPU without VNNI instructions would. The model is cut at every layer that
 * can saturate: what lies between is run by the runtime, the layer's exact sums are computed by it
 * in 32 bits (as unsigned times unsigned bytes, which no CPU saturates), and what saturation takes
 * away is added here, before the sums go back to bytes as the runtime does that:
 *
 * <pre>
 *   q = clamp(rint((sum + bias) * (x_scale * w_scale / y_scale)) + zero point, 0, 255)
 * </pre>
 */
final class SaturatingRun implements AutoCloseable {
    private static final int BYTE_CENTRE = 128;

    private final List<Step> steps = new ArrayList<>();
    private final List<String> outputs;
    private final ModelRunner.Session last;
    private final List<String> lastInputs;

    /** One layer with what computes its input and its exact sums. */
    private record Step(
            ByteLayer layer,
            LostSums lost,
            ByteLayer.Grid outputGrid,
            ModelRunner.Session session,
            List<String> inputs) {}

    /**
     * @param layers that are to saturate, in the graph's order
     */
    SaturatingRun(
            Model model, List<ByteLayer> layers, ConstantValues constants, ModelRunner runner) {
        Segments segments = new Segments(model, layers);
        this.outputs = model.graph().outputs().stream().map(Value::name).toList();
        for (ByteLayer layer : layers) {
            List<Initializer> weights = new ArrayList<>();
            Node sums = exactSums(layer, weights);
            List<String> values = List.of(sums.output(0));
            Segments.Segment segment = segments.of(values, List.of(sums), weights);
            if (!segment.inputs().contains(layer.input())) {
                values = List.of(layer.input(), sums.output(0));
                segment = segments.of(values, List.of(sums), weights);
            }
            ByteLayer.Grid grid =
                    layer.quantize() == null
                            ? null
                            : ByteLayer.Grid.of(layer.quantize(), constants).orElseThrow();
            steps.add(
                    new Step(
                            layer,
                            new LostSums(layer),
                            grid,
                            runner.open(segment.model(), values),
                            segment.inputs()));
        }
        Segments.Segment rest = segments.of(outputs, List.of(), List.of());
        this.last = runner.open(rest.model(), outputs);
        this.lastInputs = rest.inputs();
    }

    private static Node exactSums(ByteLayer layer, List<Initializer> constants) {
        long[] shifted =
                Arrays.stream(layer.weight().toLongs()).map(w -> w + BYTE_CENTRE).toArray();
        constants.add(constant("weight", DataType.UINT8, layer.weight().shape(), shifted));
        constants.add(
                constant("input zero", DataType.UINT8, Shape.SCALAR, layer.grid().zeroPoint()));
        constants.add(constant("weight zero", DataType.UINT8, Shape.SCALAR, BYTE_CENTRE));
        List<String> inputs =
                List.of(
                        layer.input(),
                        "espalier weight",
                        "espalier input zero",
                        "espalier weight zero");
        return Node.of(
                "",
                layer.isConv() ? "ConvInteger" : "MatMulInteger",
                inputs,
                List.of("espalier sums"),
                layer.isConv() ? layer.attributes() : Attributes.NONE);
    }

    private static Initializer constant(String name, DataType type, Shape shape, long... values) {
        return Initializer.of("espalier " + name, Tensor.ofIntegers(type, shape, values));
    }

    /**
     * @param feeds the model's inputs
     * @return the model's outputs
     */
    Map<String, Tensor> run(Map<String, Tensor> feeds) {
        Map<String, Tensor> known = new HashMap<>(feeds);
        for (Step step : steps) {
            Map<String, Tensor> seen = step.session().run(chosen(known, step.inputs()));
            Tensor sums = seen.get("espalier sums");
            long[] values = sums.toLongs();
            String input = step.layer().input();
            Tensor x = seen.getOrDefault(input, known.get(input));
            step.lost().addTo(values, x, sums.shape());
            known.put(step.layer().output(), output(step, values, sums.shape()));
        }
        return last.run(chosen(known, lastInputs));
    }

    private static Map<String, Tensor> chosen(Map<String, Tensor> known, List<String> names) {
        Map<String, Tensor> chosen = new HashMap<>();
        names.forEach(name -> chosen.put(name, known.get(name)));
        return chosen;
    }

    private static Tensor output(Step step, long[] sums, Shape shape) {
        ByteLayer layer = step.layer();
        float[] steps = layer.steps().toFloats();
        long[] bias = layer.bias().toLongs();
        int inner = layer.isConv() ? Math.toIntExact(shape.size(2) * shape.size(3)) : 1;
        ByteLayer.Grid grid = step.outputGrid();
        float[] floats = new float[grid == null ? sums.length : 0];
        ByteBuffer bytes = ByteBuffer.allocate(grid == null ? 0 : sums.length);
        for (int i = 0; i < sums.length; i++) {
            int c = i / inner % steps.length;
            float sum = sums[i] + bias[c];
            if (grid == null) {
                floats[i] = sum * steps[c];
            } else {
                double scaled = Math.rint(sum * (steps[c] / grid.scale()));
                bytes.put((byte) Math.min(Math.max(scaled + grid.zeroPoint(), 0), 255));
            }
        }
        return grid == null
                ? Tensor.ofFloats(shape, floats)
                : Tensor.of(DataType.UINT8, shape, bytes.flip());
    }

    /** How many of the layers' sums saturated so far, as a share of all. */
    double saturatedShare() {
        long saturated = steps.stream().mapToLong(step -> step.lost().saturated()).sum();
        long all = steps.stream().mapToLong(step -> step.lost().sums()).sum();
        return all == 0 ? 0 : (double) saturated / all;
    }

    /** The same of one layer. */
    double saturatedShare(ByteLayer layer) {
        return steps.stream()
                .filter(step -> step.layer() == layer)
                .mapToDouble(
                        step -> (double) step.lost().saturated() / Math.max(1, step.lost().sums()))
                .sum();
    }

    @Override
    public void close() {
        steps.forEach(step -> step.session().close());
        last.close();
    }
}
