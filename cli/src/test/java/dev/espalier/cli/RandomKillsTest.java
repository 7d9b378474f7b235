package dev.espalier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.ir.Initializer;
import dev.espalier.core.onnx.OnnxReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** A training that is killed at random moments; some minutes, asked for by a property. */
@Tag("endurance")
@EnabledIfSystemProperty(named = "espalier.endurance", matches = "true")
class RandomKillsTest {
    private static final int KILLS = 10;
    private static final int ROWS = 900;

    @TempDir Path folder;

    @Test
    void tenKillsAtRandomMomentsLeaveTheWeightsOfAnUndisturbedRun() throws Exception {
        Path recipe = SmallFiles.everyPass(folder);
        Files.writeString(folder.resolve("table").resolve("train.csv"), rows());
        Path killed = folder.resolve("killed");
        SplittableRandom random = new SplittableRandom(17);
        for (int i = 0; i < KILLS; i++) {
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
