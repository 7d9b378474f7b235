package dev.espalier.train.internal.torch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.recipe.Options;
import dev.espalier.train.loss.CrossEntropy;
import dev.espalier.train.program.TorchProgram;
import dev.espalier.train.regime.OptimizerSettings;
import dev.espalier.train.regime.Regime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class TorchModuleTest {
    private static final int BATCH = 64;
    private static final int SIDE = 64;
    private static final int STEPS = 100;
    private static final long INPUT_BYTES = (long) BATCH * 3 * SIDE * SIDE * Float.BYTES;

    /** Cheap arithmetic on large values. */
    private static final Model WIDE =
            GraphText.parse(
                    """
                    graph (x: float[N,3,64,64]) -> (logits: float[N,4])
                    s: float[3,1,1] = fill(1)
                    w: float[4,3] = seed(1)
                    m = Mul(x, s)
                    p = GlobalAveragePool(m)
                    f = Flatten(p)
                    logits = Gemm(f, w) {transB=1}
                    """);

    private static long residentBytes() throws IOException {
        String line =
                Files.readAllLines(Path.of("/proc/self/status")).stream()
                        .filter(l -> l.startsWith("VmRSS:"))
                        .findFirst()
                        .orElseThrow();
        return 1024 * Long.parseLong(line.replaceAll("\\D", ""));
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void stepsLeaveNoMemoryBehind() throws IOException {
        Regime regime =
                Options.defaults(Regime.class)
                        .withOptimizer(OptimizerSettings.adamw(0.01))
                        .withAveraging(0.9);
        TorchProgram program =
                TorchProgram.training(
                        WIDE, InputShapes.ofBatch(BATCH), 1, new CrossEntropy(0), regime, Map.of());
        Tensor x =
                Tensor.ofFloats(Shape.of(BATCH, 3, SIDE, SIDE), new float[BATCH * 3 * SIDE * SIDE]);
        List<Tensor> arguments =
                List.of(
                        x,
                        Tensor.ofLongs(Shape.of(BATCH), new long[BATCH]),
                        Tensor.ofFloats(Shape.of(1), 0.1f));
        try (TorchModule module = TorchModule.load(program.archive())) {
            run(module, arguments, STEPS / 4);
            long before = residentBytes();
            run(module, arguments, STEPS);
            // A step that kept only its input would leave STEPS inputs.
            assertThat(residentBytes() - before).isLessThan(STEPS / 3 * INPUT_BYTES);
        }
    }

    private static void run(TorchModule module, List<Tensor> arguments, int steps) {
        for (int i = 0; i < steps; i++) {
            module.run("step", arguments);
            module.run("state", List.of());
        }
    }
}
