package dev.espalier.internal.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.OutputException;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whose folders are replaced, and what is there after a kill. */
class RunFolderTest {
    private static final int STEPS = 6;

    @TempDir Path folder;
    private Path out;
    private Path home;

    @BeforeEach
    void name() {
        out = folder.resolve("out");
        home = folder.resolve(".out.espalier");
    }

    /** Every path below {@code root}, with what is in it. */
    private static SortedMap<String, String> content(Path root) throws IOException {
        SortedMap<String, String> content = new TreeMap<>();
        try (Stream<Path> all = Files.walk(root)) {
            for (Path path : all.toList()) {
                boolean file = Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS);
                content.put(root.relativize(path).toString(), file ? Files.readString(path) : "");
            }
        }
        return content;
    }

    private static void write(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private static void gather(RunFolder run, String text) {
        Path result = run.result();
        OutputFile.write(result.resolve("report.json"), text);
        OutputFile.write(result.resolve("model.onnx"), "model of " + text);
    }

    private void publish(String text) {
        try (RunFolder run = RunFolder.open(out)) {
            gather(run, text);
            run.publish();
        }
    }

    private String published() throws IOException {
        String text = Files.readString(out.resolve("report.json"));
        assertThat(out.resolve("model.onnx")).hasContent("model of " + text);
        return text;
    }

    private void assertRefused(String... words) throws IOException {
        SortedMap<String, String> before = content(folder);
        assertThatThrownBy(() -> RunFolder.open(out))
                .isInstanceOf(OutputException.class)
                .hasMessageContainingAll(words);
        assertThat(content(folder)).isEqualTo(before);
    }

    @Test
    void aFinishedRunLeavesTheResultAndTheLock() throws IOException {
        publish("first");
        publish("second");
        assertThat(published()).isEqualTo("second");
        assertThat(content(folder))
                .containsOnlyKeys(
                        "",
                        ".out.espalier",
                        ".out.espalier/lock",
                        "out",
                        "out/.espalier",
                        "out/model.onnx",
                        "out/report.json");
    }

    @Test
    void foldersThatAreOnlyNamedLikeOursStay() throws IOException {
        for (String name : List.of("out.old", "out.partial", "out.reproducer", ".out", "out.tmp")) {
            write(folder.resolve(name).resolve("report.json"), "precious");
            write(folder.resolve(name).resolve("step-0.json"), "precious");
            write(folder.resolve(name).resolve("lock"), "");
        }
        SortedMap<String, String> before = content(folder);
        publish("first");
        publish("second");
        assertThat(content(folder)).containsAllEntriesOf(before);
        assertThat(published()).isEqualTo("second");
    }

    @Test
    void anOldFolderOfTheUserIsNotTakenForTheResult() throws IOException {
        write(folder.resolve("out.old/report.json"), "precious");
        RunFolder.open(out).close();
        assertThat(out).doesNotExist();
        assertThat(folder.resolve("out.old/report.json")).hasContent("precious");
    }

    @Test
    void aFolderWithoutTheMarkIsRefused() throws IOException {
        write(out.resolve("report.json"), "precious");
        write(out.resolve("model.onnx"), "precious");
        assertRefused("do not carry Espalier's mark", "--out");
    }

    @ParameterizedTest
    @ValueSource(strings = {"notes.txt", "model.onnx.data", ".hidden", "plots/a.png"})
    void aFileThatTheUserPutIntoAResultIsNamed(String name) throws IOException {
        publish("first");
        write(out.resolve(name), "precious");
        assertRefused(out + " holds " + Path.of(name).getName(0), "--out");
    }

    @ParameterizedTest
    @ValueSource(strings = {"first, with my remarks", "First", ""})
    void anEditedResultIsRefused(String text) throws IOException {
        publish("first");
        write(out.resolve("report.json"), text);
        assertRefused("report.json");
    }

    @Test
    void aRenamedResultIsRefused() throws IOException {
        publish("first");
        Files.move(out, folder.resolve("kept"));
        out = folder.resolve("kept");
        assertRefused("was written as 'out'");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "not JSON",
                "null",
                "{}",
                "{'version':1,'kind':'result','name':'out','run':'R','files':[]}",
                "{'version':3,'kind':'result','name':'out','run':'R','files':[]}",
                "{'version':2,'kind':'result','name':'out','run':'R','files':[{'name':'../a'}]}",
                "{'version':2,'kind':'result','name':'out','run':'../..','files':[]}",
            })
    void anUnreadableMarkIsRefused(String mark) throws IOException {
        write(folder.resolve("a"), "");
        write(
                out.resolve(FolderMark.FILE),
                mark.replace('\'', '"').replace("\"R\"", '"' + UUID.randomUUID().toString() + '"'));
        assertRefused("cannot be read as Espalier's mark");
    }

    @Test
    void linksAndFilesAreRefused() throws IOException {
        write(folder.resolve("elsewhere/report.json"), "precious");
        Files.createSymbolicLink(out, folder.resolve("elsewhere"));
        assertRefused("is a link");
        Files.delete(out);
        Files.createSymbolicLink(out, folder.resolve("nowhere"));
        assertRefused("is a link");
        Files.delete(out);
        Files.writeString(out, "precious");
        assertRefused("is a file");
    }

    @ParameterizedTest
    @ValueSource(strings = {"lock", "work/step-0.json", "journal.json", "old-1/report.json", "x"})
    void aHiddenFolderOfSomebodyElseIsRefused(String name) throws IOException {
        write(home.resolve(name), "precious");
        assertRefused(home.toString(), "was not made by Espalier");
        // An empty lock of theirs makes it no more ours.
        write(home.resolve("more"), "precious");
        write(home.resolve("lock"), "");
        assertRefused("was not made by Espalier");
    }

    @Test
    void aHiddenLinkIsRefused() throws IOException {
        Files.createDirectories(folder.resolve("elsewhere"));
        Files.createSymbolicLink(home, folder.resolve("elsewhere"));
        assertRefused("was not made by Espalier");
    }

    @Test
    void aStartThatWasKilledBeforeItsLockWasWrittenIsNoObstacle() throws IOException {
        RunFolder.open(out).close();
        String text = Files.readString(home.resolve("lock"));
        for (int length : new int[] {0, 1, text.length() / 2}) {
            Files.writeString(home.resolve("lock"), text.substring(0, length));
            RunFolder.open(out).close();
            assertThat(home.resolve("lock")).hasContent(text);
        }
    }

    @Test
    void filesOfTheUserInTheHiddenFolderStay() throws IOException {
        RunFolder.open(out).close();
        for (String name : List.of("notes.txt", "work/notes.txt", "old-1/report.json")) {
            write(home.resolve(name), "precious");
        }
        SortedMap<String, String> before = content(folder);
        publish("first");
        publish("second");
        assertThat(content(folder)).containsAllEntriesOf(before);
    }

    @Test
    void aFileThatAppearsWhileARunWorksStaysAndItsWorkToo() throws IOException {
        publish("first");
        try (RunFolder run = RunFolder.open(out)) {
            OutputFile.write(run.work().resolve("step-0.json"), "{}");
            gather(run, "second");
            write(out.resolve("notes.txt"), "precious");
            assertThatThrownBy(run::publish).hasMessageContainingAll("notes.txt", "--resume");
        }
        assertThat(out.resolve("notes.txt")).hasContent("precious");
        assertThat(published()).isEqualTo("first");
        assertThat(home.resolve("work/step-0.json")).exists();
    }

    @Test
    void anEmptyFolderIsFilled() throws IOException {
        Files.createDirectory(out);
        publish("first");
        assertThat(published()).isEqualTo("first");
    }

    /** A kill after so many steps of publishing, of a first result and of a second. */
    @ParameterizedTest
    @CsvSource({"0,first", "1,first", "2,first", "3,second", "4,second", "5,second", "6,second"})
    void aKillWhilePublishingLeavesOneOfTheTwo(int steps, String expected) throws IOException {
        publish("first");
        kill("second", steps);
        RunFolder.open(out).close();
        assertThat(published()).isEqualTo(expected);
        assertThat(content(home)).containsOnlyKeys("", "lock");
        publish("third");
        assertThat(published()).isEqualTo("third");
        assertThat(content(home)).containsOnlyKeys("", "lock");
    }

    @Test
    void aKillWhileTheFirstResultIsPublishedLeavesItOrNothing() throws IOException {
        for (int steps = 0; steps <= STEPS; steps++) {
            out = folder.resolve("out" + steps);
            kill("only", steps);
            RunFolder.open(out).close();
            // With the journal written, the result is whole and nothing else wants the place.
            if (steps >= 2) {
                assertThat(published()).isEqualTo("only");
            } else {
                assertThat(out).doesNotExist();
            }
        }
    }

    /** The old result is deleted file by file; a kill comes between two of them. */
    @Test
    void aKillWhileTheOldResultIsDeletedIsMadeUpFor() throws IOException {
        publish("first");
        kill("second", STEPS - 1);
        Path old = old();
        Files.delete(old.resolve("model.onnx"));
        RunFolder.open(out).close();
        assertThat(old).doesNotExist();

        Files.createDirectory(old);
        RunFolder.open(out).close();
        assertThat(old).doesNotExist();
        assertThat(published()).isEqualTo("second");
    }

    @Test
    void aDamagedNewResultGivesTheOldOneBack() throws IOException {
        publish("first");
        kill("second", 3);
        Files.writeString(home.resolve("result/model.onnx"), "");
        RunFolder.open(out).close();
        assertThat(published()).isEqualTo("first");
    }

    @Test
    void aFolderThatTookThePlaceMeanwhileIsRefusedAndBothStay() throws IOException {
        publish("first");
        kill("second", 3);
        write(out.resolve("thesis.txt"), "precious");
        assertRefused("was made by somebody else", old().toString());
        Files.move(out, folder.resolve("mine"));
        RunFolder.open(out).close();
        assertThat(published()).isEqualTo("second");
        assertThat(folder.resolve("mine/thesis.txt")).hasContent("precious");
    }

    @Test
    void aFileThatSlipsInBetweenLookAndMoveBringsTheOldResultBack() throws IOException {
        publish("first");
        OutputPlace place = OutputPlace.of(out);
        RunFolder run = RunFolder.open(out);
        gather(run, "second");
        List<Publication.Step> steps = new Publication(place).steps(UUID.randomUUID().toString());
        steps.get(0).run();
        steps.get(1).run();
        write(out.resolve("notes.txt"), "precious");
        assertThatThrownBy(() -> steps.get(2).run()).hasMessageContaining("notes.txt");
        run.close();
        assertThat(out.resolve("notes.txt")).hasContent("precious");
        assertThat(published()).isEqualTo("first");
    }

    @Test
    void aKillBeforeItIsBackIsMadeUpFor() throws IOException {
        publish("first");
        kill("second", 3);
        write(old().resolve("notes.txt"), "precious");
        assertThatThrownBy(() -> RunFolder.open(out)).hasMessageContaining("notes.txt");
        assertThat(out.resolve("notes.txt")).hasContent("precious");
        assertThat(published()).isEqualTo("first");
    }

    private Path old() throws IOException {
        try (Stream<Path> content = Files.list(home)) {
            return content.filter(OutputPlace::isOld).findAny().orElseThrow();
        }
    }

    /** As a kill leaves it: some steps are done, and nobody tidies up. */
    private void kill(String text, int steps) throws IOException {
        OutputPlace place = OutputPlace.of(out);
        try (OutputLock held = OutputLock.take(place)) {
            assertThat(held).isNotNull();
            Files.createDirectories(place.result());
            OutputFile.write(place.result().resolve("report.json"), text);
            OutputFile.write(place.result().resolve("model.onnx"), "model of " + text);
            List<Publication.Step> all = new Publication(place).steps(UUID.randomUUID().toString());
            assertThat(all).hasSize(STEPS);
            for (Publication.Step step : all.subList(0, steps)) {
                step.run();
            }
        }
    }

    @Test
    void whatAnUnfinishedRunLeftIsFoundAgain() throws IOException {
        List<String> warnings = new ArrayList<>();
        RunKey key = new RunKey(Map.of("the recipe", "1"));
        try (RunFolder run = RunFolder.open(out)) {
            ResumeStore store = ResumeStore.fresh(run, key, warnings::add);
            OutputFile.write(run.work().resolve("step-0.json"), "{}");
            store.checkpoints(1).write("training", "epoch 1".getBytes(StandardCharsets.UTF_8));
        }
        try (RunFolder run = RunFolder.open(out)) {
            assertThat(ResumeStore.hasSteps(run)).isTrue();
            ResumeStore store = ResumeStore.resume(run, key, warnings::add);
            assertThat(store.checkpoints(1).read("training"))
                    .contains("epoch 1".getBytes(StandardCharsets.UTF_8));
            ResumeStore.fresh(run, key, warnings::add);
            assertThat(content(run.work())).containsOnlyKeys("", "run.json");
        }
        assertThat(warnings).isEmpty();
        assertThat(content(folder)).containsOnlyKeys("", ".out.espalier", ".out.espalier/lock");
    }

    @Test
    void aReproducerReplacesOnlyAnotherReproducer() throws IOException {
        Path mine = folder.resolve("out.reproducer");
        Model model = GraphText.parse("graph (x: float[2]) -> (y)\ny = Relu(x)");
        write(mine.resolve("before.onnx"), "precious");
        Path second = folder.resolve("out.reproducer-2");
        for (int i = 0; i < 2; i++) {
            try (RunFolder run = RunFolder.open(out)) {
                assertThat(run.reproducer().leave(Map.of("before", model), Map.of()))
                        .contains(second.toString());
            }
        }
        assertThat(content(second).keySet())
                .containsExactly("", ".espalier", "before.onnx", "inputs.onnx");
        assertThat(content(mine)).containsEntry("before.onnx", "precious").hasSize(2);

        write(second.resolve("notes.txt"), "precious");
        try (RunFolder run = RunFolder.open(out)) {
            assertThat(run.reproducer().leave(Map.of("before", model), Map.of()))
                    .contains(folder.resolve("out.reproducer-3").toString());
        }
        assertThat(second.resolve("notes.txt")).hasContent("precious");
    }
}
