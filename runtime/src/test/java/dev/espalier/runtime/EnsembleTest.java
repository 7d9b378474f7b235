package dev.espalier.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.data.Dataset;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.onnx.OnnxWriter;
import dev.espalier.core.pass.Progress;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EnsembleTest {
    private static final SessionSettings ONE = SessionSettings.DEFAULT.withThreads(1);
    private static final String SAME = "1, 0, 0, 0, 1, 0, 0, 0, 1";

    /** Logits that are logarithms: probabilities of 0.5, 0.25, 0.25 and of 0.5, 0.375, 0.125. */
    private static final Dataset TWO =
            new Rows(
                    new float[][] {
                        {(float) Math.log(2), 0, 0},
                        {(float) Math.log(4), (float) Math.log(3), 0},
                    },
                    new int[] {0, 1},
                    3);

    @TempDir Path folder;

    private Path model(String name, String weights, String end) {
        return write(
                name,
                """
                graph (x: float[N,3]) -> (y)
                w: float[3,3] = [%s]
                z = Gemm(x, w)
                y = %s(z)
                """
                        .formatted(weights, end));
    }

    private Path write(String name, String text) {
        Path file = folder.resolve(name + ".onnx");
        OnnxWriter.write(GraphText.parse(text), file);
        return file;
    }

    private static Evaluation together(Path... files) {
        return Evaluation.ofEnsemble(List.of(files), TWO, ONE, Progress.SILENT);
    }

    @Test
    void averagesProbabilitiesAndNotLogits() {
        Path same = model("same", SAME, "Identity");
        // Each time the second class; logits of 10 become probabilities of nearly 1.
        Path sure =
                write(
                        "sure",
                        """
                        graph (x: float[N,3]) -> (y)
                        w: float[3,3] = fill(0)
                        b: float[3] = [0, 10, 0]
                        y = Gemm(x, w, b)
                        """);
        double much = Math.exp(10) / (Math.exp(10) + 2);
        double little = 1 / (Math.exp(10) + 2);

        Evaluation mean = together(same, sure);

        assertThat(mean.samples()).isEqualTo(2);
        assertThat(mean.top1()).isEqualTo(0.5);
        assertThat(mean.top5()).isEqualTo(1);
        double expected = Math.log((0.5 + little) / 2) + Math.log((0.375 + much) / 2);
        assertThat(mean.loss()).isCloseTo(-expected / 2, within(1e-6));
    }

    @Test
    void severalOfOneAreThatOneAndProbabilitiesCountAsThemselves() {
        Path logits = model("logits", SAME, "Identity");
        Path chances = model("chances", SAME, "Softmax");
        Evaluation alone = Evaluation.of(logits, TWO, ONE, Progress.SILENT);
        for (Evaluation same : List.of(together(logits), together(chances, logits, logits))) {
            assertThat(same.top1()).isEqualTo(alone.top1());
            assertThat(same.loss()).isCloseTo(alone.loss(), within(1e-6));
        }
    }

    @Test
    void refusesNetworksOfOtherClasses() {
        Path three = model("three", SAME, "Identity");
        Path four =
                write(
                        "four",
                        """
                        graph (x: float[N,3]) -> (y)
                        w: float[3,4] = seed(1)
                        y = Gemm(x, w)
                        """);
        assertThatThrownBy(() -> together(three, four))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("four.onnx tells 4 classes apart, those before it 3");
    }
}
