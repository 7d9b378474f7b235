package dev.espalier.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.data.Dataset;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.onnx.OnnxWriter;
import dev.espalier.core.pass.Progress;
import dev.espalier.testkit.ProcessUse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Memory, threads and handles over many evaluations, each of which opens a session, runs and closes
 * it, and a table of them in target/evaluations.md: 160, or 2 000 with {@code
 * -Despalier.endurance=true}.
 */
class ManyEvaluationsTest {
    private static final int EVALUATIONS = Boolean.getBoolean("espalier.endurance") ? 2000 : 160;
    private static final int WARM_UP = 80;
    private static final int BETWEEN = Boolean.getBoolean("espalier.endurance") ? 80 : 10;
    private static final int CLASSES = 6;

    private static final SessionSettings SETTINGS = SessionSettings.DEFAULT.withThreads(2);

    /** A mebibyte and a half of weights, so that a session that stays is seen. */
    private static final Model MODEL =
            GraphText.parse(
                    """
                    graph (x: float[N,6]) -> (y)
                    w1: float[6,64] = seed(1)
                    w2: float[64,4096] = seed(2)
                    w3: float[4096,6] = seed(3)
                    a = MatMul(x, w1)
                    b = MatMul(a, w2)
                    c = Relu(b)
                    y = MatMul(c, w3)
                    """);

    @TempDir private Path folder;

    @Test
    void anEvaluationLeavesNothingBehind() throws IOException {
        Path file = folder.resolve("model.onnx");
        OnnxWriter.write(MODEL, file);
        float[][] rows = new float[16][CLASSES];
        int[] labels = new int[rows.length];
        for (int i = 0; i < rows.length; i++) {
            labels[i] = i % CLASSES;
            rows[i][labels[i]] = i + 1;
        }
        Dataset data = new Rows(rows, labels, CLASSES);
        Evaluation first = Evaluation.of(file, data, SETTINGS, Progress.SILENT);

        ProcessUse use = new ProcessUse();
        for (int i = 1; i <= EVALUATIONS; i++) {
            assertThat(evaluate(i, file, data)).isEqualTo(first);
            if (i >= WARM_UP && i % BETWEEN == 0) {
                use.sample(i);
            }
        }
        Files.write(Path.of("target", "evaluations.md"), use.table("after evaluation"));
        use.assertIsFlat(0.1);
    }

    private static Evaluation evaluate(int i, Path file, Dataset data) {
        // A third way into a session: through a file of its own, which large models take.
        try (OrtModel session = new OrtRunner(SETTINGS, 0).open(MODEL)) {
            assertThat(
                            session.run(
                                    Map.of(
                                            "x",
                                            Tensor.ofFloats(Shape.of(1, CLASSES), new float[6]))))
                    .containsKey("y");
        }
        return i % 2 == 0
                ? Evaluation.of(file, data, SETTINGS, Progress.SILENT)
                : Evaluation.of(MODEL, data, SETTINGS, Progress.SILENT);
    }
}
