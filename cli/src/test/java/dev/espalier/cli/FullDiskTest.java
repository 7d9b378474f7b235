package dev.espalier.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.espalier.cli.terminal.ExitCode;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.onnx.OnnxWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Writing that fails half-way: one sentence, exit code 2, and nothing half-written left. */
class FullDiskTest {
    @TempDir Path folder;

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    /**
     * The largest file that a process may write is the one limit on writing that anybody can set;
     * it lies above ONNX Runtime's library, which is unpacked first, and below the model.
     */
    @Test
    void aCompressionThatCannotWriteItsModelLeavesNothing() throws Exception {
        assumeTrue(Files.exists(Path.of("/bin/sh")), "needs a shell");
        OnnxWriter.write(
                GraphText.parse(
                        """
                        graph (x: float[N,3200]) -> (y)
                        w: float[3200,3200] = seed(1)
                        y = Gemm(x, w)
                        """),
                folder.resolve("large.onnx"));
        Path recipe = SmallFiles.recipe(folder, "model: large.onnx\npasses: []\n");
        List<String> limited = List.of("/bin/sh", "-c", "ulimit -f 70000; exec \"$@\"", "sh");

        try (ChildRun run =
                ChildRun.start(
                        limited, "compress", recipe, "--out", folder.resolve("out"), "--quick")) {
            List<String> lines = run.readAll();
            assertThat(run.code()).as("%s", lines).isEqualTo(ExitCode.USAGE);
            assertThat(lines).filteredOn(line -> line.startsWith("error:")).hasSize(1);
            assertThat(lines.get(lines.size() - 1))
                    .isEqualTo(
                            "error: cannot write %s: File too large",
                            folder.resolve(".out.espalier/work/step-0.onnx"));
        }
        assertThat(names()).containsExactly(".out.espalier", "large.onnx", "recipe.yaml");
    }
}
