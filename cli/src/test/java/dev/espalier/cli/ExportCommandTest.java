package dev.espalier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.cli.terminal.ExitCode;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.onnx.OnnxWriter;
import dev.espalier.train.internal.torch.TorchModule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExportCommandTest {
    @TempDir Path folder;

    private List<String> files() throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void writesACheckedFileBesideTheModel() throws IOException {
        CommandRun run =
                CommandRun.of("export", SmallFiles.network(folder), "--format", "torchscript");

        assertThat(run.code()).isZero();
        assertThat(run.out()).isEmpty();
        assertThat(run.err())
                .contains("agrees with ONNX Runtime", "wrote " + folder.resolve("network.pt"))
                .contains("batches of any size");
        assertThat(files()).containsExactly("network.onnx", "network.pt");
        byte[] written = Files.readAllBytes(folder.resolve("network.pt"));
        try (TorchModule module = TorchModule.load(written)) {
            Tensor images = Tensor.ofFloats(Shape.of(5, 3, 8, 8), new float[5 * 3 * 8 * 8]);
            assertThat(module.run("forward", List.of(images)).get(0))
                    .isEqualTo(Tensor.ofFloats(Shape.of(5, 10), new float[50]));
        }
    }

    @Test
    void saysWhereABatchIsFixed() {
        Path model = folder.resolve("four.onnx");
        OnnxWriter.write(GraphText.parse("graph (x: float[4,2]) -> (y)\ny = Relu(x)\n"), model);
        CommandRun run = CommandRun.of("export", model, "--format=torchscript");
        assertThat(run.code()).isZero();
        assertThat(run.err()).contains("batches of one size only");
    }

    @Test
    void anOperatorWithoutTorchScriptFormIsNamedAndNothingWritten() throws IOException {
        Path model = folder.resolve("erf.onnx");
        OnnxWriter.write(GraphText.parse("graph (x: float[N,2]) -> (y)\ny = Hardmax(x)\n"), model);
        CommandRun run = CommandRun.of("export", model, "--format=torchscript");
        assertThat(run.code()).isEqualTo(ExitCode.UNUSABLE_INPUT);
        assertThat(run.err()).contains("no TorchScript form", "Hardmax");
        assertThat(files()).containsExactly("erf.onnx");
    }

    /** Two ways to add the same products, whose difference is nothing but rounding. */
    @Test
    void outputsThatDifferEndWithCode4AndNothingWritten() throws IOException {
        Path model = folder.resolve("rounding.onnx");
        OnnxWriter.write(
                GraphText.parse(
                        """
                        graph (x: float[N,256]) -> (y)
                        w: float[256,256] = seed(1)
                        backwards: int64[256] = [%s]
                        a = MatMul(x, w)
                        xb = Gather(x, backwards) {axis=1}
                        wb = Gather(w, backwards) {axis=0}
                        b = MatMul(xb, wb)
                        y = Sub(a, b)
                        """
                                .formatted(
                                        IntStream.rangeClosed(1, 256)
                                                .mapToObj(i -> Integer.toString(256 - i))
                                                .collect(Collectors.joining(", ")))),
                model);
        CommandRun run = CommandRun.of("export", model, "--format=torchscript");
        assertThat(run.code()).isEqualTo(ExitCode.VERIFICATION);
        assertThat(run.err()).contains("1e-04");
        assertThat(files()).containsExactly("rounding.onnx");
    }

    @Test
    void wrongUsageEndsWithCode2AndNothingWritten() throws IOException {
        Path model = SmallFiles.identity(folder);
        Files.writeString(folder.resolve("there.pt"), "mine");

        CommandRun typo = CommandRun.of("export", model, "--format=torchscrpt");
        assertThat(typo.code()).isEqualTo(ExitCode.USAGE);
        assertThat(typo.err()).contains("expected one of [TORCHSCRIPT]", "'torchscrpt'");
        CommandRun none = CommandRun.of("export", model);
        assertThat(none.code()).isEqualTo(ExitCode.USAGE);
        assertThat(none.err()).contains("--format");
        CommandRun there =
                CommandRun.of(
                        "export",
                        model,
                        "--format=torchscript",
                        "--out",
                        folder.resolve("there.pt"));
        assertThat(there.code()).isEqualTo(ExitCode.USAGE);
        assertThat(there.err()).contains("is there already");
        CommandRun lost =
                CommandRun.of(
                        "export",
                        model,
                        "--format=torchscript",
                        "--out",
                        folder.resolve("no").resolve("a.pt"));
        assertThat(lost.code()).isEqualTo(ExitCode.USAGE);
        assertThat(lost.err()).contains("there is no folder");
        assertThat(files()).containsExactly("identity.onnx", "there.pt");
        assertThat(Files.readString(folder.resolve("there.pt"))).isEqualTo("mine");
    }

    @Test
    void whatIsNoModelEndsWithCode5() {
        CommandRun run = CommandRun.of("export", folder.resolve("no.onnx"), "--format=torchscript");
        assertThat(run.code()).isEqualTo(ExitCode.UNUSABLE_INPUT);
    }
}
