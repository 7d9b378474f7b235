package dev.espalier.quantize.internal.saturation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.data.ModelRunner;
import dev.espalier.core.ir.Model;
import dev.espalier.core.onnx.OnnxReader;
import dev.espalier.core.onnx.OnnxWriter;
import dev.espalier.core.recipe.Options;
import dev.espalier.quantize.option.Integers;
import dev.espalier.quantize.option.Target;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * ONNX Runtime on a CPU that it believes to have AVX2 and no VNNI, whichever is at hand; by hand,
 * where QEMU's user-mode emulation is installed (Debian's qemu-user):
 *
 * <pre>
 *   ./mvnw -pl quantize -am test -Dtest=EmulatedCpuTest -Dsurefire.failIfNoSpecifiedTests=false \
 *       -Despalier.qemu=/usr/bin/qemu-x86_64
 * </pre>
 */
@Tag("slow")
@EnabledIfSystemProperty(named = "espalier.qemu", matches = ".+")
class EmulatedCpuTest {
    private static final Path NETWORK = Path.of("..", "demo", "fashion-resnet20.onnx");

    @TempDir Path folder;

    private List<String> emulated(Model model) throws IOException, InterruptedException {
        Path file = folder.resolve("model.onnx");
        OnnxWriter.write(model, file);
        String classPath =
                System.getProperty(
                        "surefire.test.class.path", System.getProperty("java.class.path"));
        Process process =
                new ProcessBuilder(
                                System.getProperty("espalier.qemu"),
                                "-cpu",
                                "Haswell",
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:+UseSerialGC",
                                "-XX:TieredStopAtLevel=1",
                                "-cp",
                                classPath,
                                OutputBits.class.getName(),
                                file.toString())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(out).isZero();
        return out.lines().toList();
    }

    @Test
    void theEmulationOfSumsGivesTheBitsOfAnEmulatedCpu() throws Exception {
        Integers integers = Options.defaults(Integers.class).withTarget(Target.VNNI);
        Model model = SaturatingRunTest.quantized(OnnxReader.read(NETWORK), integers);
        List<String> lines = emulated(model);

        assertThat(lines).contains("adds exactly: false");
        try (SaturatingRun run = new SaturatingRun(model, SaturatingRunTest.RUNNER)) {
            assertThat(lines).contains("bits: " + OutputBits.of(model, run));
            assertThat(run.saturatedShare()).isPositive();
        }
    }

    @Test
    void aFileForAnyCpuGivesTheSameBitsThereAsHere() throws Exception {
        Model model =
                SaturatingRunTest.quantized(
                        OnnxReader.read(NETWORK), Options.defaults(Integers.class));

        try (ModelRunner.Session here = SaturatingRunTest.RUNNER.open(model)) {
            assertThat(emulated(model)).contains("bits: " + OutputBits.of(model, here));
        }
    }
}
