package dev.espalier.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.onnx.OnnxWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RepeatedRunTest {
    @TempDir Path folder;

    private Path write(String graph) {
        Path file = folder.resolve("model.onnx");
        OnnxWriter.write(GraphText.parse(graph), file);
        return file;
    }

    private static long runs(Path model, InputShapes shapes) {
        try (RepeatedRun run = RepeatedRun.open(model, 1, shapes, 3)) {
            run.run();
            run.run();
            return run.batch();
        }
    }

    @Test
    void runsImagesAtTheBatchAskedFor() {
        Path model =
                write(
                        """
                        graph (x: float[N,3,8,8]) -> (y)
                        w: float[4,3,3,3] = seed(1)
                        y = Conv(x, w)
                        """);
        assertThat(runs(model, InputShapes.ofBatch(1))).isEqualTo(1);
        assertThat(runs(model, InputShapes.ofBatch(7))).isEqualTo(7);
    }

    @Test
    void runsVectorsAndFixedBatchesAsTheyAre() {
        assertThat(runs(write("graph (x: float[9]) -> (y)\ny = Relu(x)"), InputShapes.ofBatch(1)))
                .isEqualTo(1);
        assertThat(runs(write("graph (x: float[8,9]) -> (y)\ny = Relu(x)"), InputShapes.ofBatch(1)))
                .isEqualTo(8);
    }

    @Test
    void refusesAnotherBatchThanTheModelFixes() {
        Path model = write("graph (x: float[8,9]) -> (y)\ny = Relu(x)");
        assertThatThrownBy(() -> runs(model, InputShapes.ofBatch(4)))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("'x'")
                .hasMessageContaining("batch 4");
        assertThat(runs(model, InputShapes.ofBatch(8))).isEqualTo(8);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "float", "double", "float16", "int8", "uint8", "int16", "int32", "int64", "bool"
            })
    void makesInputsOfType(String type) {
        Path model = write("graph (x: %s[N,5]) -> (y)\ny = Identity(x)".formatted(type));
        assertThat(runs(model, InputShapes.ofBatch(2))).isEqualTo(2);
    }

    @Test
    void takesSizesOfOpenDimensionsFromTheCaller() {
        Path model = write("graph (x: float[N,3,H,W]) -> (y)\ny = Relu(x)");
        assertThatThrownBy(() -> runs(model, InputShapes.ofBatch(1)))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("'x'");
        assertThat(runs(model, new InputShapes(1, Map.of("x", Shape.of(1, 3, 5, 5))))).isOne();
    }

    @Test
    void refusesInputsThatWouldFillTheMemory() {
        Path model = write("graph (x: float[N,3,H,W]) -> (y)\ny = Relu(x)");
        Shape huge = Shape.of(1, 3, 1 << 20, 1 << 20);
        assertThatThrownBy(() -> runs(model, new InputShapes(1, Map.of("x", huge))))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("smaller sizes");
        Shape overflowing = Shape.of(1, 1L << 40, 1L << 40, 3);
        assertThatThrownBy(() -> runs(model, new InputShapes(1, Map.of("x", overflowing))))
                .isInstanceOf(UnsupportedModelException.class);
    }

    @Test
    void refusesWhatIsNoModel() throws IOException {
        Path file = Files.writeString(folder.resolve("no.onnx"), "nonsense");
        assertThatThrownBy(() -> runs(file, InputShapes.ofBatch(1)))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("no.onnx");
    }
}
