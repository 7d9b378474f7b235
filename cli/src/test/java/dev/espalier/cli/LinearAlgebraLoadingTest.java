package dev.espalier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.linalg.Matrix;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whoever does not compute with large matrices does not wait for ND4J. */
class LinearAlgebraLoadingTest {
    private static final List<String> LOG = List.of("-Xlog:class+load");

    @TempDir Path folder;

    /** A large product, for a look at what loading looks like. */
    static final class Multiply {
        private Multiply() {}

        public static void main(String[] sizes) {
            int size = Integer.parseInt(sizes[0]);
            Matrix square = Matrix.of(size, size, (i, j) -> i - j);
            if (square.times(square).rows() != size) {
                throw new AssertionError();
            }
        }
    }

    private static List<String> loaded(Class<?> main, Object... words) throws Exception {
        try (ChildRun run = ChildRun.startMain(LOG, main, words)) {
            List<String> lines = run.readAll();
            assertThat(run.code()).as("%s", lines).isZero();
            assertThat(lines).anyMatch(line -> line.contains(" dev.espalier."));
            return lines.stream()
                    .filter(line -> line.contains(" org.nd4j") || line.contains(" org.bytedeco"))
                    .toList();
        }
    }

    @Test
    void onlyALargeProductLoadsIt() throws Exception {
        assertThat(loaded(Multiply.class, 100)).isEmpty();
        assertThat(loaded(Multiply.class, 200)).isNotEmpty();
    }

    @Test
    void nobodyWaitsForItWhoOnlyLooks() throws Exception {
        Path network = SmallFiles.network(folder);
        Path recipe = folder.resolve("recipe.yaml");
        Files.writeString(
                recipe,
                """
                model: network.onnx
                data: {format: csv, path: table}
                passes:
                  - round-weights: {rounding: learned}
                  - quantize-weights: {rounding: {method: gptq}}
                """);
        Files.createDirectory(folder.resolve("table"));

        assertThat(loaded(Main.class, "--help")).isEmpty();
        assertThat(loaded(Main.class, "doctor")).isEmpty();
        assertThat(loaded(Main.class, "inspect", network)).isEmpty();
        assertThat(loaded(Main.class, "plan", recipe)).isEmpty();
    }

    @Test
    void itSaysNothingOnAnyStream() throws Exception {
        try (ChildRun run = ChildRun.startMain(List.of(), Multiply.class, 200)) {
            assertThat(run.readAll()).isEmpty();
            assertThat(run.code()).isZero();
        }
    }
}
