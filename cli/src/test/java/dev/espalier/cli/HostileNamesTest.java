package dev.espalier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.espalier.cli.terminal.ExitCode;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.onnx.OnnxWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole commands on a model whose names would command the terminal. */
class HostileNamesTest {
    private static final String NAME =
            "\u001b[31mred\u001b]0;t\u0007\u202egnp.exe\na\rb\u009b\u007f";
    private static final String SHOWN =
            "\\u001b[31mred\\u001b]0;t\\u0007\\u202egnp.exe\\u000aa\\u000db\\u009b\\u007f";

    @TempDir private Path folder;
    private Path model;

    /** The name takes the place of one of as many bytes that can be written in a graph's text. */
    @BeforeEach
    void writeModel() throws Exception {
        String place = "n".repeat(NAME.getBytes(StandardCharsets.UTF_8).length);
        byte[] bytes =
                OnnxWriter.toBytes(
                        GraphText.parse(
                                """
                                graph (x: float[N,3]) -> (y)
                                w1: float[3,64] = seed(1)
                                w2: float[64,3] = seed(2)
                                a = Gemm(x, w1) as PLACE
                                b = Relu(a)
                                y = Gemm(b, w2)
                                """
                                        .replace("PLACE", place)));
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        String name =
                new String(NAME.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        model = folder.resolve("hostile.onnx");
        Files.write(model, text.replace(place, name).getBytes(StandardCharsets.ISO_8859_1));
    }

    private static void isHarmless(String printed) {
        assertThat(printed.replace("\r\n", "\n").codePoints())
                .allMatch(c -> c == '\n' || Character.getType(c) != Character.CONTROL)
                .allMatch(c -> Character.getType(c) != Character.FORMAT);
    }

    @ParameterizedTest
    @ValueSource(strings = {"table", "csv", "json"})
    void inspectionIsHarmlessInEveryFormat(String format) {
        CommandRun run = CommandRun.of("inspect", model, "--format", format);
        assertThat(run.code()).isEqualTo(ExitCode.DONE);
        isHarmless(run.out().replace("\"" + NAME, ""));
        isHarmless(run.err());
    }

    @Test
    void tablesShowTheEscapedName() {
        assertThat(CommandRun.of("inspect", model).out()).contains("\n" + SHOWN + "  Gemm");
    }

    @Test
    void jsonStillHoldsTheNameItself() throws Exception {
        String json = CommandRun.of("inspect", model, "--format", "json").out();
        assertThat(new ObjectMapper().readTree(json).findValuesAsText("name")).contains(NAME);
    }

    @Test
    void plansAreHarmless() throws Exception {
        Path recipe =
                SmallFiles.recipe(
                        folder,
                        "model: hostile.onnx\npasses:\n  - prune: {macs: 0.5, round-to: 8}\n");
        for (String format : List.of("table", "csv", "json")) {
            CommandRun run = CommandRun.of("plan", recipe, "--format", format);
            assertThat(run.err()).isEmpty();
            isHarmless(run.out());
        }
    }

    @Test
    void errorsAreHarmless() {
        CommandRun absent = CommandRun.of("inspect", folder.resolve("no\u001b[31m\nfile.onnx"));
        assertThat(absent.code()).isNotEqualTo(ExitCode.DONE);
        assertThat(absent.err()).contains("no\\u001b[31m\\u000afile.onnx");
        isHarmless(absent.err());
        CommandRun wrong = CommandRun.of("inspect", "--no\u001b[31m", model);
        assertThat(wrong.code()).isEqualTo(ExitCode.USAGE);
        isHarmless(wrong.err());
    }
}
