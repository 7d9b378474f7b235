package dev.espalier.train.program;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.train.internal.torch.TorchModule;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A Slice that skips rows and columns of images, as ResNets for CIFAR-10 do in their shortcuts. */
class SubsamplingTest {
    private static final String POOL = "torch.avg_pool2d(";
    private static final int[] SIZES = {2, 3, 7, 6};

    /** The network {@code y = Slice(x)} of a weight of {@link #SIZES}. */
    private static Model model(String starts, String ends, String axes, String steps, Shape y) {
        return GraphText.parse(
                """
                opset 13
                graph () -> (y: float%s)
                x: float[2,3,7,6] = seed(1)
                starts: int64[%6$d] = %2$s
                ends: int64[%6$d] = %3$s
                axes: int64[%6$d] = %4$s
                steps: int64[%6$d] = %5$s
                y = Slice(x, starts, ends, axes, steps)
                """
                        .formatted(y, starts, ends, axes, steps, axes.split(",").length));
    }

    private static TorchProgram program(Model model) {
        return TorchProgram.evaluation(model, InputShapes.ofBatch(1), List.of("y"));
    }

    @ParameterizedTest
    @CsvSource({"2,2", "2,1", "1,3", "3,2", "7,6", "9,9"})
    void isAPoolOfSinglePixelsWithTheSameResultAndGradient(int rows, int columns) {
        Shape y = Shape.of(2, 3, (6 + rows) / rows, (5 + columns) / columns);
        Model model = model("[0,0]", "[7,99]", "[2,-1]", "[%d,%d]".formatted(rows, columns), y);
        TorchProgram program = program(model);

        assertThat(program.methods()).contains(POOL).doesNotContain("torch.slice(");
        try (TorchModule module = TorchModule.load(program.archive())) {
            assertThat(module.run("forward", List.of()).get(0).toFloats())
                    .containsExactly(picked(model, y, rows, columns));
        }
        float[] zeros = new float[Math.toIntExact(y.elementCount())];
        Float64.assertSlopes(model, Projection.of(List.of(Tensor.ofFloats(y, zeros))));
    }

    private static float[] picked(Model model, Shape y, int rows, int columns) {
        float[] x = model.graph().constant("x").orElseThrow().toFloats();
        float[] picked = new float[Math.toIntExact(y.elementCount())];
        int next = 0;
        for (int plane = 0; plane < SIZES[0] * SIZES[1]; plane++) {
            for (int i = 0; i < SIZES[2]; i += rows) {
                for (int j = 0; j < SIZES[3]; j += columns) {
                    picked[next++] = x[(plane * SIZES[2] + i) * SIZES[3] + j];
                }
            }
        }
        return picked;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[1,0]; [7,6]; [2,3]; [2,2]; [2,3,3,3]",
                "[0,0]; [6,6]; [2,3]; [2,2]; [2,3,3,3]",
                "[0,0]; [7,4]; [2,3]; [1,1]; [2,3,7,4]",
                "[0,0]; [9,9]; [1,3]; [2,2]; [2,2,7,3]",
                "[6,5]; [-99,-99]; [2,3]; [-2,-2]; [2,3,4,3]"
            })
    void isNoneWhereOtherElementsAreTaken(String slice) {
        String[] parts = slice.split("; ");
        int[] sizes =
                Arrays.stream(parts[4].replaceAll("[\\[\\]]", "").split(","))
                        .mapToInt(Integer::parseInt)
                        .toArray();
        Shape y = Shape.of(Arrays.stream(sizes).asLongStream().toArray());
        assertThat(program(model(parts[0], parts[1], parts[2], parts[3], y)).methods())
                .doesNotContain(POOL);
    }
}
