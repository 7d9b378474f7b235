package dev.espalier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.ir.Initializer;
import dev.espalier.core.onnx.OnnxReader;
import dev.espalier.internal.output.FolderMark;
import dev.espalier.internal.output.RunFolder;
import dev.espalier.testkit.disk.FailingProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** Runs that kill -9 ends at random moments; how many, and so how long, a property says. */
class RandomKillsTest {
    private static final String KILLS = "espalier.kills";
    private static final int ROWS = 900;
    private static final int EPOCHS = 2;

    /** What publishing writes first. */
    private static final String PUBLISHING = "result/..espalier";

    /** Later operations than these are not in every run. */
    private static final int OPERATIONS = 800;

    private static final int OPERATIONS_OF_PUBLISHING = 120;

    @TempDir Path folder;

    private static int kills(int fewest) {
        return Integer.getInteger(KILLS, fewest);
    }

    @Test
    @Tag("endurance")
    @EnabledIfSystemProperty(named = "espalier.endurance", matches = "true")
    void killsWhileItTrainsLeaveTheWeightsOfAnUndisturbedRun() throws Exception {
        Path recipe = SmallFiles.everyPass(folder);
        Files.writeString(folder.resolve("table").resolve("train.csv"), rows());
        Path killed = folder.resolve("killed");
        SplittableRandom random = new SplittableRandom(17);
        for (int i = 0; i < kills(10); i++) {
            try (ChildRun run = start(recipe, killed)) {
                run.readUntil("epoch ");
                Thread.sleep(random.nextInt(50, 1500));
                run.kill();
            }
            assertThat(killed).doesNotExist();
        }
        finish(recipe, killed);
        Path undisturbed = folder.resolve("undisturbed");
        finish(recipe, undisturbed);

        assertThat(Files.readString(killed.resolve("report.json"))).contains("went on after epoch");
        assertThat(weights(killed)).isEqualTo(weights(undisturbed));
    }

    /**
     * The process waits before the operation at which it is killed, so that every second kill is
     * inside publishing for sure. Each start resumes what the kill before it left.
     */
    @Test
    void killsAtRandomOperationsLeaveWholeResults() throws Exception {
        Path watched = Files.createDirectory(folder.resolve("watched"));
        Path recipe = SmallFiles.everyPass(watched);
        Files.writeString(watched.resolve("notes.txt"), "precious");
        Path out = watched.resolve("out");
        SplittableRandom random = new SplittableRandom(23);
        Set<String> places = new TreeSet<>();
        int killed = 0;
        int inside = 0;
        boolean published = false;
        for (int i = 0; killed < kills(4); i++) {
            boolean publishing = i % 2 == 0;
            int most = publishing ? OPERATIONS_OF_PUBLISHING : OPERATIONS;
            try (ChildRun run =
                    stalling(recipe, out, random.nextInt(most), publishing ? PUBLISHING : "")) {
                String last = run.readUntil("stalled before", " operations");
                if (last.startsWith("stalled before")) {
                    run.kill();
                    killed++;
                    inside += publishing ? 1 : 0;
                    places.add(last.replaceFirst(".*: ", "").replaceAll("[.-][0-9a-f-]{8,}", ""));
                } else {
                    assertThat(run.code()).as("%s", run.readAll()).isZero();
                    published = true;
                }
            }
            if (i % 3 == 0) {
                // Otherwise the next start makes up for the kill.
                RunFolder.open(out).close();
            }
            published |= Files.exists(out);
            if (published && i % 3 == 0) {
                assertThat(FolderMark.isUntouched(out)).as("after kill %d", killed).isTrue();
            }
            assertThat(watched.resolve("notes.txt")).hasContent("precious");
        }
        try (ChildRun run = stalling(recipe, out, Integer.MAX_VALUE, "")) {
            run.readUntil(" operations");
            assertThat(run.code()).isZero();
        }
        try (ChildRun run = stalling(recipe, watched.resolve("other"), Integer.MAX_VALUE, "")) {
            run.readUntil(" operations");
            assertThat(run.code()).isZero();
        }
        assertThat(out.resolve("model.onnx"))
                .hasSameBinaryContentAs(watched.resolve("other").resolve("model.onnx"));
        assertThat(watched.resolve(".out.espalier")).isDirectoryNotContaining("glob:**[!k]");
        System.out.printf(
                "%d kills, %d of them inside publishing, before %d different operations%n",
                killed, inside, places.size());
    }

    private static ChildRun stalling(Path recipe, Path out, int operation, String after)
            throws IOException {
        return ChildRun.startMain(
                List.of(
                        "-Djava.nio.file.spi.DefaultFileSystemProvider="
                                + FailingProvider.class.getName()),
                StallingEspalier.class,
                recipe.getParent(),
                operation,
                after,
                "compress",
                recipe,
                "--out",
                out,
                "--quick",
                "--resume",
                "--set",
                "passes.1.distill.epochs=" + EPOCHS);
    }

    private static String rows() {
        SplittableRandom random = new SplittableRandom(5);
        StringBuilder rows = new StringBuilder("a,b,c,label\n");
        for (int i = 0; i < ROWS; i++) {
            for (int column = 0; column < 3; column++) {
                rows.append(random.nextDouble() + (column == i % 3 ? 1 : 0)).append(',');
            }
            rows.append(i % 3).append('\n');
        }
        return rows.toString();
    }

    private static ChildRun start(Path recipe, Path out) throws IOException {
        return ChildRun.start(
                "compress",
                recipe,
                "--out",
                out,
                "--quick",
                "--resume",
                "--set",
                "passes.1.distill.epochs=600");
    }

    private static void finish(Path recipe, Path out) throws Exception {
        try (ChildRun run = start(recipe, out)) {
            assertThat(run.readAll()).isNotEmpty();
            assertThat(run.code()).isZero();
        }
    }

    private static Map<String, Initializer> weights(Path out) {
        return OnnxReader.read(out.resolve("model.onnx")).graph().initializers();
    }
}
