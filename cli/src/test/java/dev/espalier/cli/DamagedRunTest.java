package dev.espalier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.ForeignModels;
import dev.espalier.cli.command.Espalier;
import dev.espalier.cli.terminal.Cancellation;
import dev.espalier.cli.terminal.ExitCode;
import dev.espalier.cli.terminal.Terminal;
import dev.espalier.core.CancelledException;
import dev.espalier.testkit.disk.EveryOperation;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A run that was stopped while it trained, and of whose files one was damaged since. Resumed it
 * says so, and ends in the same model as one that was left alone.
 */
class DamagedRunTest {
    private static final int BYTES = 100;

    /** Of a pass that trains, after two that do not. */
    private static final String CHECKPOINTS = "step-2.checkpoints";

    /** Which the last pass returns. */
    private static final String LAST = "step-4.onnx";

    private static final ForeignModels FOREIGN = new ForeignModels();

    @TempDir static Path folder;
    private static Path work;
    private static Path saved;
    private static byte[] expected;

    /** What the terminal shows; asks to stop when it shows {@code sign}. */
    private static final class Watch extends ByteArrayOutputStream {
        private final Cancellation cancellation;
        private final String sign;

        private Watch(Cancellation cancellation, String sign) {
            this.cancellation = cancellation;
            this.sign = sign;
        }

        @Override
        public synchronized void write(byte[] bytes, int offset, int length) {
            super.write(bytes, offset, length);
            if (!sign.isEmpty() && text().contains(sign)) {
                cancellation.ask();
            }
        }

        private String text() {
            return toString(StandardCharsets.UTF_8);
        }
    }

    @AfterAll
    static void endIsolation() {
        FOREIGN.close();
    }

    /** Resumes, as far as latency would be measured. */
    private static String resume(String sign) {
        Cancellation cancellation = new Cancellation();
        Watch watch = new Watch(cancellation, sign);
        PrintStream print = new PrintStream(watch, true, StandardCharsets.UTF_8);
        Espalier root =
                new Espalier(
                        new Terminal(print, print, false, false, 100),
                        cancellation,
                        (models, plan, progress) -> {
                            throw new CancelledException("stopped before latency is measured");
                        },
                        FOREIGN);
        String recipe = folder.resolve("recipe.yaml").toString();
        int code =
                Main.run(
                        root,
                        "compress",
                        recipe,
                        "--out",
                        folder.resolve("out").toString(),
                        "--quick",
                        "--resume",
                        "--set",
                        "passes.1.distill.epochs=6");
        assertThat(code).as(watch.text()).isEqualTo(ExitCode.INTERRUPTED);
        return watch.text();
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path each : all.toList()) {
                Files.copy(each, to.resolve(from.relativize(each)));
            }
        }
    }

    @BeforeAll
    static void stopWhileItTrains() throws IOException {
        SmallFiles.everyPass(folder);
        work = folder.resolve(".out.espalier").resolve("work");
        saved = folder.resolve("saved");
        resume("epoch 4");
        assertThat(work.resolve(CHECKPOINTS).resolve("training.before")).exists();
        copy(work, saved);
        String told = resume("");
        assertThat(told)
                .contains("prune: finished earlier")
                .doesNotContain("epoch 4", "not as it was");
        expected = Files.readAllBytes(work.resolve(LAST));
    }

    private static void restore() throws IOException {
        EveryOperation.delete(work);
        copy(saved, work);
    }

    private static void damage(String how, Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        switch (how) {
            case "change" -> {
                SplittableRandom random = new SplittableRandom(bytes.length);
                for (int i = 0; i < BYTES; i++) {
                    bytes[random.nextInt(bytes.length)] ^= (byte) random.nextInt(1, 256);
                }
                Files.write(file, bytes);
            }
            case "cut" -> Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
            case "empty" -> Files.write(file, new byte[0]);
            case "delete" -> Files.delete(file);
            default -> throw new IllegalArgumentException(how);
        }
    }

    /** Returns what was told. */
    private static String assertGoesBack(String... words) throws IOException {
        String told = resume("");
        assertThat(told).contains(words);
        assertThat(Files.readAllBytes(work.resolve(LAST))).as(told).isEqualTo(expected);
        return told;
    }

    @ParameterizedTest
    @CsvSource({
        "change,step-0.onnx,1",
        "change,step-1.onnx,2",
        "change,step-0.json,1",
        "change,step-1.json,2",
        "cut,step-1.onnx,2",
        "cut,step-1.json,2",
        "empty,step-1.onnx,2",
        "empty,step-0.json,1",
        "delete,step-1.onnx,2",
        "delete,step-0.json,1",
    })
    void passesRunAgainFromADamagedOneOn(String how, String name, int first) throws IOException {
        restore();
        damage(how, work.resolve(name));
        String what = how.equals("delete") && name.endsWith("json") ? "missing" : "not as it was";
        assertGoesBack(work.resolve(name).toString(), what, "from number " + first + " on");
    }

    @ParameterizedTest
    @CsvSource({"change", "cut", "empty", "delete"})
    void withoutItsKeyARunGoesOnWhereItIsTheSame(String how) throws IOException {
        restore();
        damage(how, work.resolve("run.json"));
        assertThat(assertGoesBack("run.json is missing or not as it was written"))
                .doesNotContain("epoch 4 of 6");
    }

    @Test
    void withoutItsKeyARunOfAnotherRecipeIsNotUsed() throws IOException {
        restore();
        Path recipe = folder.resolve("recipe.yaml");
        String text = Files.readString(recipe);
        Files.writeString(recipe, text.replace("macs: 0.5", "macs: 0.7"));
        damage("change", work.resolve("run.json"));
        String told = resume("");
        Files.writeString(recipe, text);
        assertThat(told)
                .contains("run.json is missing or not as it was written", "from number 1 on")
                .contains("epoch 1 of 6")
                .doesNotContain("finished earlier");
        assertThat(Files.readAllBytes(work.resolve(LAST))).isNotEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"change", "cut", "empty"})
    void trainingGoesOnFromTheCheckpointBefore(String how) throws IOException {
        restore();
        damage(how, work.resolve(CHECKPOINTS).resolve("training"));
        assertThat(assertGoesBack("training is not as it was", "before it is used"))
                .contains("epoch 4 of 6")
                .doesNotContain("epoch 3 of 6");
    }

    @Test
    void withoutAnyGoodCheckpointThePassBeginsAgain() throws IOException {
        restore();
        damage("change", work.resolve(CHECKPOINTS).resolve("training"));
        damage("cut", work.resolve(CHECKPOINTS).resolve("training.before"));
        assertGoesBack(
                "training is not as it was", "made again", "epoch 1 of 6", "prune: finished");
    }

    @Test
    void filesThatWereSwappedAreNoticed() throws IOException {
        restore();
        for (String end : new String[] {".onnx", ".json"}) {
            Path first = work.resolve("step-0" + end);
            Path second = work.resolve("step-1" + end);
            Files.move(first, work.resolve("aside"));
            Files.move(second, first);
            Files.move(work.resolve("aside"), second);
        }
        assertGoesBack("step-0.json is not as it was written", "from number 1 on");
    }

    @Test
    void aModelOfAnotherPassIsNoticed() throws IOException {
        restore();
        Files.copy(
                work.resolve("step-0.onnx"),
                work.resolve("step-1.onnx"),
                StandardCopyOption.REPLACE_EXISTING);
        assertGoesBack("step-1.onnx is not as it was written", "from number 2 on");
    }

    @Test
    void aCheckpointUnderAnotherNameIsNoticed() throws IOException {
        restore();
        Path checkpoints = work.resolve(CHECKPOINTS);
        Files.copy(
                checkpoints.resolve("training.before"),
                checkpoints.resolve("training-within-epoch"),
                StandardCopyOption.REPLACE_EXISTING);
        Files.deleteIfExists(checkpoints.resolve("training-within-epoch.before"));
        assertThat(assertGoesBack("training-within-epoch is not as it was"))
                .doesNotContain("epoch 4 of 6");
    }

    /** The same recipe, but the pass before was run anew, by chance with another duration. */
    @Test
    void aCheckpointOfAnEarlierRunIsNoticed() throws IOException {
        restore();
        damage("change", work.resolve("step-1.onnx"));
        assertGoesBack("step-1.onnx", "from number 2 on", "training is not as it was");
    }
}
