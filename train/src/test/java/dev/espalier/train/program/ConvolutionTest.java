package dev.espalier.train.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.analysis.ShapeInference;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.train.internal.torch.TorchArchive;
import dev.espalier.train.internal.torch.TorchModule;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Convolutions of all sorts of channel counts. On a machine whose oneDNN computes some of them
 * wrongly, this is what their being filled up with zeros is for; the filling itself is checked on
 * every machine.
 */
class ConvolutionTest {
    /**
     * @param spatial sizes of x, one for each spatial axis
     * @param in channels that one group reads
     * @param out channels that one group writes
     */
    private record Sizes(
            int groups, int in, int out, int kernel, int stride, List<Integer> spatial) {
        private static String dims(int first, int second, List<Integer> others) {
            List<Integer> dims = new ArrayList<>(List.of(first, second));
            dims.addAll(others);
            return dims.toString().replace(" ", "");
        }

        private List<Integer> kernels() {
            return spatial.stream().map(size -> kernel).toList();
        }

        Model model(String type, String operator) {
            Model open = model(type, type, operator);
            Shape y = ShapeInference.of(open, InputShapes.ofBatch(1)).shape("y");
            return model(type, type + y, operator);
        }

        private Model model(String type, String result, String operator) {
            boolean transposed = operator.equals("ConvTranspose");
            return GraphText.parse(
                    """
                    graph () -> (y: %s)
                    x: %s%s = seed(1)
                    w: %s%s = seed(2)
                    b: %s[%d] = seed(3)
                    y = %s(x, w, b) {group=%d, strides=%s}
                    """
                            .formatted(
                                    result,
                                    type,
                                    dims(2, groups * in, spatial),
                                    type,
                                    transposed
                                            ? dims(groups * in, out, kernels())
                                            : dims(groups * out, in, kernels()),
                                    type,
                                    groups * out,
                                    operator,
                                    groups,
                                    spatial.stream().map(size -> stride).toList()));
        }
    }

    static Stream<Sizes> sizes() {
        List<Sizes> all = new ArrayList<>();
        int[][] channels = {
            {1, 1}, {1, 2}, {3, 16}, {4, 4}, {16, 8}, {8, 16}, {20, 20}, {7, 13}, {16, 16}
        };
        for (int groups : new int[] {1, 2, 5, 16}) {
            for (int[] pair : channels) {
                if (groups * Math.max(pair[0], pair[1]) <= 64) {
                    all.add(new Sizes(groups, pair[0], pair[1], 3, 1, List.of(6, 5)));
                    all.add(new Sizes(groups, pair[0], pair[1], 1, 2, List.of(6, 5)));
                }
            }
        }
        all.add(new Sizes(1, 4, 5, 3, 1, List.of(10)));
        all.add(new Sizes(3, 2, 5, 3, 2, List.of(10)));
        all.add(new Sizes(3, 1, 1, 3, 1, List.of(10)));
        all.add(new Sizes(1, 3, 4, 2, 1, List.of(4, 3, 5)));
        all.add(new Sizes(2, 2, 3, 2, 1, List.of(4, 3, 5)));
        return all.stream();
    }

    private static void assertSlopes(Model model) {
        Shape y = model.graph().outputs().get(0).type().orElseThrow().shape();
        float[] zeros = new float[Math.toIntExact(y.elementCount())];
        Float64.assertSlopes(model, Projection.of(List.of(Tensor.ofFloats(y, zeros))));
    }

    @ParameterizedTest
    @MethodSource("sizes")
    void theGradientIsTheSlope(Sizes sizes) {
        assertSlopes(sizes.model("float", "Conv"));
    }

    @ParameterizedTest
    @MethodSource("sizes")
    void theGradientOfATransposedOneIsTheSlope(Sizes sizes) {
        assertSlopes(sizes.model("float", "ConvTranspose"));
    }

    @ParameterizedTest
    @MethodSource("sizes")
    void zerosThatFillChannelsChangeNothing(Sizes sizes) {
        Model model = sizes.model("double", "Conv");
        double[] plain = results(model, 1);
        double[] filled = results(model, 16);
        assertThat(filled).hasSameSizeAs(plain);
        for (int i = 0; i < plain.length; i++) {
            assertThat(filled[i]).isCloseTo(plain[i], within(1e-12));
        }
    }

    private static double[] results(Model model, int channelBlock) {
        ProgramTensors programTensors = new ProgramTensors(Map.of());
        NetworkWriter network =
                NetworkWriter.answering(
                        model, InputShapes.ofBatch(1), channelBlock, programTensors);
        String y = network.write("y");
        ProgramText text = new ProgramText();
        text.method("forward", List.of(), "List[Tensor]");
        text.add(network.statements());
        text.add("return [" + y + "]");
        try (TorchModule module =
                TorchModule.load(TorchArchive.of(text.toString(), programTensors.all()))) {
            return module.run("forward", List.of()).get(0).toDoubles();
        }
    }
}
