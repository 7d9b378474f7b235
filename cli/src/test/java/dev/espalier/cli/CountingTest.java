package dev.espalier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.cli.terminal.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What commands say of networks of which not all is known. */
class CountingTest {
    /** An operator of the runtime that nobody described, with weights of its own. */
    private static final String FOREIGN =
            """
            opset 17
            opset com.microsoft 1
            graph (x: float[N,4]) -> (y)
            w: float[4,4] = seed(1)
            u: float[4,4] = seed(2)
            a = MatMul(x, w)
            y = com.microsoft::CDist(a, u) {metric="euclidean"} as distances
            """;

    @TempDir private Path folder;

    private Path recipe() throws IOException {
        SmallFiles.write(folder.resolve("foreign.onnx"), FOREIGN);
        return Files.writeString(
                folder.resolve("recipe.yaml"),
                """
                version: 1
                model: foreign.onnx
                passes: [prune: {macs: 0.5}]
                """);
    }

    @Test
    void whatIsNotCountedIsNamedAndTheRestIsAtLeast() throws IOException {
        recipe();

        assertThat(CommandRun.of("inspect", folder.resolve("foreign.onnx")).out())
                .contains("at least 16 MACs at batch 1")
                .contains("not counted 1 layer\n")
                .contains("CDist 'distances': nobody described its operator");
    }

    @Test
    void aBudgetThatCannotBeJudgedEndsThePlan() throws IOException {
        CommandRun run = CommandRun.of("plan", recipe());

        assertThat(run.code()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("macs: 0.5 cannot be judged").contains("CDist 'distances'");
    }

    @Test
    void aPlanOfPartsHasNoRatio() throws IOException {
        Path recipe = recipe();
        Files.writeString(
                recipe, Files.readString(recipe).replace("prune: {macs: 0.5}", "simplify: {}"));
        CommandRun run = CommandRun.of("plan", recipe);

        assertThat(run.code()).isZero();
        assertThat(run.out())
                .contains("at least 16")
                .contains("At least: 1 of the layers is not counted; 'espalier inspect' names it.")
                .doesNotContain("100.00 %");
    }

    @Test
    void openSizesAreShownAsSymbolsAndCountedAtAssumedOnes() {
        Path model =
                SmallFiles.write(
                        folder.resolve("text.onnx"),
                        """
                        opset 17
                        graph (ids: int64[batch,sequence]) -> (y)
                        table: float[10,4] = seed(1)
                        w: float[4,4] = seed(2)
                        e = Gather(table, ids)
                        y = MatMul(e, w)
                        """);

        assertThat(CommandRun.of("inspect", model).out())
                .contains("FLOAT [1,sequence,4]")
                .contains("2.05 k MACs at batch 1")
                .contains("assumed     sequence = 128; --input-shapes says otherwise");
        assertThat(CommandRun.of("inspect", model, "--input-shapes", "{ids: [1, 10]}").out())
                .contains("FLOAT [1,10,4]")
                .contains("160 MACs at batch 1")
                .doesNotContain("assumed");
    }

    @Test
    void sizesThatAModelDoesNotTakeAreNotAssumed() {
        Path model =
                SmallFiles.write(
                        folder.resolve("odd.onnx"),
                        """
                        opset 17
                        graph (x: float[N,?,?,?]) -> (y)
                        w: float[2,5,1,1] = seed(1)
                        y = Conv(x, w)
                        """);

        CommandRun run = CommandRun.of("inspect", model);
        assertThat(run.code()).isZero();
        assertThat(run.out()).contains("at least 0 MACs").doesNotContain("assumed");
    }
}
