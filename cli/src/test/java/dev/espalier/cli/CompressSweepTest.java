package dev.espalier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.UserCache;
import dev.espalier.testkit.disk.FailingProvider;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A whole compression on a disk of which each operation fails once; see {@link CompressSweep}. */
class CompressSweepTest {
    @TempDir Path folder;

    private List<String> sweep(String passes, String fault, long seed, boolean old, int stride)
            throws Exception {
        Path watched = Files.createDirectory(folder.resolve("watched"));
        SmallFiles.everyPass(watched);
        Files.writeString(
                watched.resolve("recipe.yaml"),
                """
                model: network.onnx
                data: {format: csv, path: table}
                passes:
                  - prune: {macs: 0.5, round-to: 8}
                %sseed: 3
                """
                        .formatted(passes));
        List<String> options =
                List.of(
                        "-Djava.nio.file.spi.DefaultFileSystemProvider="
                                + FailingProvider.class.getName(),
                        "-D" + UserCache.PROPERTY + "=" + watched.resolve("cache"));
        try (ChildRun run =
                ChildRun.startMain(
                        options,
                        CompressSweep.class,
                        watched,
                        Files.createDirectory(folder.resolve("saved")),
                        fault,
                        seed,
                        old,
                        stride)) {
            List<String> lines = run.readAll();
            assertThat(run.code()).as("%s", lines).isZero();
            assertThat(lines).last().asString().contains("failed once");
            System.out.println(lines.get(lines.size() - 1));
            return lines;
        }
    }

    @Test
    void someOperationsFail() throws Exception {
        sweep("", "ERROR", 3, true, 7);
    }

    @ParameterizedTest
    @Tag("endurance")
    @EnabledIfSystemProperty(named = "espalier.endurance", matches = "true")
    @CsvSource({
        "ERROR,0,true", "FULL,0,true", "POWER_LOSS,0,true", "POWER_LOSS,1,true",
        "ERROR,0,false", "FULL,0,false", "POWER_LOSS,0,false", "POWER_LOSS,1,false",
    })
    void everyOperationFails(String fault, long seed, boolean old) throws Exception {
        sweep("", fault, seed, old, 1);
    }

    @ParameterizedTest
    @Tag("endurance")
    @EnabledIfSystemProperty(named = "espalier.endurance", matches = "true")
    @CsvSource({"ERROR,0,true", "POWER_LOSS,1,true"})
    void everyOperationOfATrainingFails(String fault, long seed, boolean old) throws Exception {
        sweep(
                """
                  - distill:
                      epochs: 2
                      regime: {batch: 9, augmentation: {padding: 0, flip: false}}
                  - quantize: {keep-float: {slower: false}}
                """
                        .indent(0),
                fault,
                seed,
                old,
                1);
    }
}
