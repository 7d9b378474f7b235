package dev.espalier.internal.output;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.CompressionException;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.pass.ModelFigures;
import dev.espalier.core.pass.PassRun;
import dev.espalier.core.pass.StepStore;
import dev.espalier.testkit.disk.EveryOperation;
import dev.espalier.testkit.disk.FailingDisk.Fault;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Publishing, finished passes and checkpoints on a disk of which each operation fails once. */
class InterruptedRunTest {
    private static final RunKey KEY = new RunKey(Map.of("the recipe", "1"));
    private static final int STEPS = 3;

    @TempDir Path parent;
    private final List<String> warnings = new ArrayList<>();

    @BeforeEach
    void forget() {
        warnings.clear();
    }

    private static Path out(Path folder) {
        return folder.resolve("out");
    }

    private static void publish(Path folder, String text) {
        try (RunFolder run = RunFolder.open(out(folder))) {
            Path result = run.result();
            OutputFile.write(result.resolve("report.json"), text);
            OutputFile.write(result.resolve("model.onnx"), "model of " + text);
            run.publish();
        }
    }

    private static String published(Path folder) throws IOException {
        if (!Files.exists(out(folder))) {
            return "nothing";
        }
        String text = Files.readString(out(folder).resolve("report.json"));
        assertThat(Files.readString(out(folder).resolve("model.onnx")))
                .isEqualTo("model of " + text);
        return text;
    }

    private static void assertOurs(Exception failure) {
        assertThat(failure == null || failure instanceof CompressionException)
                .as("a sentence for %s", failure)
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "ERROR,0,true",
        "FULL,0,true",
        "POWER_LOSS,0,true",
        "POWER_LOSS,1,true",
        "ERROR,0,false",
        "POWER_LOSS,1,false",
    })
    void aResultIsTheOldOneOrTheNewOne(Fault fault, long seed, boolean old) throws IOException {
        int operations =
                EveryOperation.meets(
                        fault,
                        seed,
                        parent,
                        folder -> {
                            Files.writeString(folder.resolve("notes.txt"), "precious");
                            if (old) {
                                publish(folder, "old");
                            }
                        },
                        folder -> publish(folder, "new"),
                        (folder, failure) -> {
                            assertOurs(failure);
                            RunFolder.open(out(folder)).close();
                            assertThat(published(folder))
                                    .isIn("new", failure == null ? "new" : old ? "old" : "nothing");
                            publish(folder, "third");
                            assertThat(published(folder)).isEqualTo("third");
                            assertThat(folder.resolve(".out.espalier"))
                                    .isDirectoryContaining("glob:**/lock")
                                    .isDirectoryNotContaining("glob:**[!k]");
                            assertThat(Files.readString(folder.resolve("notes.txt")))
                                    .isEqualTo("precious");
                        });
        assertThat(operations).isGreaterThan(50);
    }

    private static Model model(int position) {
        return GraphText.parse(
                """
                graph (x: float[2]) -> (y)
                w: float[2] = [%d, 1]
                y = Add(x, w)
                """
                        .formatted(position));
    }

    private static StepStore.Finished finished(int position) {
        ModelFigures figures = ModelFigures.of(position, 0, 0);
        return new StepStore.Finished(
                model(position),
                new PassRun("pass" + position, 1, true, figures, figures, PassRun.Told.NOTHING));
    }

    /** As a pipeline does it: what is there is not done again. */
    private void run(Path folder, AtomicInteger done) {
        try (RunFolder run = RunFolder.open(out(folder))) {
            ResumeStore store = ResumeStore.resume(run, KEY, warnings::add);
            for (int i = 0; i < STEPS; i++) {
                Optional<StepStore.Finished> kept = store.read(i);
                if (kept.isPresent()) {
                    assertThat(kept.get().model()).isEqualTo(model(i));
                    assertThat(kept.get().run()).isEqualTo(finished(i).run());
                } else {
                    assertThat(i).as("kept").isGreaterThanOrEqualTo(done.get());
                    store.write(i, finished(i));
                }
                done.set(Math.max(done.get(), i + 1));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"ERROR,0", "FULL,0", "POWER_LOSS,0", "POWER_LOSS,1"})
    void finishedPassesAreKept(Fault fault, long seed) throws IOException {
        AtomicInteger done = new AtomicInteger();
        int operations =
                EveryOperation.meets(
                        fault,
                        seed,
                        parent,
                        folder -> done.set(0),
                        folder -> run(folder, done),
                        (folder, failure) -> {
                            assertOurs(failure);
                            warnings.clear();
                            run(folder, done);
                            run(folder, done);
                            // Nothing was damaged, only lost; so there is nothing to warn of.
                            assertThat(warnings).isEmpty();
                        });
        assertThat(operations).isGreaterThan(50);
    }

    private static byte[] bytes(int number) {
        return ("epoch " + number).repeat(1000).getBytes(StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @CsvSource({"ERROR,0", "FULL,0", "POWER_LOSS,0", "POWER_LOSS,1"})
    void theLastCheckpointIsKept(Fault fault, long seed) throws IOException {
        AtomicInteger done = new AtomicInteger();
        EveryOperation.meets(
                fault,
                seed,
                parent,
                folder -> done.set(0),
                folder -> {
                    try (RunFolder run = RunFolder.open(out(folder))) {
                        ResumeStore store = ResumeStore.fresh(run, KEY, warnings::add);
                        for (int i = 1; i <= STEPS; i++) {
                            store.checkpoints(0).write("training", bytes(i));
                            done.set(i);
                        }
                    }
                },
                (folder, failure) -> {
                    assertOurs(failure);
                    try (RunFolder run = RunFolder.open(out(folder))) {
                        ResumeStore store = ResumeStore.resume(run, KEY, warnings::add);
                        Optional<byte[]> kept = store.checkpoints(0).read("training");
                        if (kept.isEmpty()) {
                            assertThat(done).hasValue(0);
                        } else {
                            assertThat(kept.get()).isIn(bytes(done.get()), bytes(done.get() + 1));
                        }
                    }
                });
        assertThat(warnings).isEmpty();
    }

    @Test
    void aRunThatIsOverLeavesNothingToResume() throws IOException {
        publish(parent, "first");
        try (RunFolder run = RunFolder.open(out(parent))) {
            ResumeStore.resume(run, KEY, warnings::add);
            assertThat(ResumeStore.hasSteps(run)).isFalse();
        }
        assertThat(warnings).isEmpty();
    }
}
