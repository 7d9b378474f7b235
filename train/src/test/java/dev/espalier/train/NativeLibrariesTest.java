package dev.espalier.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.data.ModelRunner;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.linalg.FixedProduct;
import dev.espalier.linalg.Matrix;
import dev.espalier.linalg.SymmetricEigen;
import dev.espalier.runtime.OrtRunner;
import dev.espalier.train.internal.torch.TorchModule;
import dev.espalier.train.program.TorchProgram;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** ONNX Runtime, LibTorch and ND4J's library in one process, each after the others. */
class NativeLibrariesTest {
    private static final Model MODEL =
            GraphText.parse(
                    """
                    graph (x: float[64,300]) -> (y: float[64,240])
                    w: float[300,240] = seed(1)
                    y = MatMul(x, w)
                    """);
    private static final Matrix SQUARE = Matrix.of(200, 200, (i, j) -> 1.0 / (1 + i + j));

    /** X [64, 300]. */
    private static final float[] X = new float[64 * 300];

    static {
        for (int i = 0; i < X.length; i++) {
            X[i] = (float) Math.sin(i);
        }
    }

    private static float[] onnxRuntime() {
        try (ModelRunner.Session session = new OrtRunner().open(MODEL, List.of("y"))) {
            return session.run(Map.of("x", Tensor.ofFloats(Shape.of(64, 300), X)))
                    .get("y")
                    .toFloats();
        }
    }

    private static float[] libTorch() {
        TorchProgram program =
                TorchProgram.evaluation(MODEL, InputShapes.ofBatch(64), List.of("y"));
        try (TorchModule module = TorchModule.load(program.archive())) {
            return module.run("forward", List.of(Tensor.ofFloats(Shape.of(64, 300), X)))
                    .get(0)
                    .toFloats();
        }
    }

    private static float[] linearAlgebra() {
        float[] w = MODEL.graph().initializers().get("w").tensor().toFloats();
        float[] product = new float[64 * 240];
        try (FixedProduct by =
                new FixedProduct(Matrix.of(300, 240, (i, j) -> w[i * 240 + j]), 64)) {
            assertThat(by.rowsAtOnce()).as("by the native library").isEqualTo(64);
            by.add(X, product);
        }
        return product;
    }

    private static double[] eigenvalues() {
        return SymmetricEigen.of(SQUARE).values().transposed().row(0);
    }

    @Test
    void nothingThatOneDoesChangesTheOthers() {
        int threads = TorchModule.threads();
        // Fewer than there are cores, as in one of several processes that train.
        TorchModule.threads(1);
        float[] once = onnxRuntime();
        double[] values = eigenvalues();
        float[] product = linearAlgebra();

        for (int i = 0; i < 3; i++) {
            assertThat(onnxRuntime()).containsExactly(once);
            assertThat(libTorch()).containsExactly(once, within(1e-4f));
            assertThat(linearAlgebra()).containsExactly(product);
            assertThat(eigenvalues()).containsExactly(values, within(1e-12));
        }
        assertThat(product).containsExactly(once, within(1e-4f));
        assertThat(TorchModule.threads()).isEqualTo(1);
        TorchModule.threads(threads);
    }
}
