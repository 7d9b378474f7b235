package dev.espalier.internal.input;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.data.DataConfig;
import dev.espalier.core.recipe.DataOptions;
import dev.espalier.core.report.Machine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeptMetricsTest {
    private static final Map<String, Double> METRICS =
            Map.of("top1", 0.9339, "top5", 0.9977, "loss", 0.1 + 0.2);
    private static final DataOptions DATA = DataOptions.of(DataConfig.Format.CIFAR10, "a");
    private static final Machine MACHINE =
            new Machine("17", "Linux", "cpu", List.of("avx2", "fma"), 2);

    @TempDir private Path folder;

    private KeptMetrics kept(String identity) {
        return new KeptMetrics(new CacheFolder(folder), identity);
    }

    @Test
    void whatWasMeasuredIsReadToTheLastDigit() {
        kept("m").write("test", METRICS);

        assertThat(kept("m").read("test")).contains(METRICS);
        assertThat(kept("m").read("validation")).isEmpty();
        assertThat(kept("n").read("test")).isEmpty();
    }

    @Test
    void aDamagedEntryIsNotThere() throws IOException {
        kept("m").write("test", METRICS);
        try (Stream<Path> files = Files.list(folder)) {
            Path file = files.findFirst().orElseThrow();
            byte[] content = Files.readAllBytes(file);
            content[content.length / 2] ^= 1;
            Files.write(file, content);
        }

        assertThat(kept("m").read("test")).isEmpty();

        kept("m").write("test", METRICS);
        assertThat(kept("m").read("test")).contains(METRICS);
    }

    @Test
    void anEntryThatIsWholeButNoneOfOursIsNotThere() throws IOException {
        kept("m").write("test", METRICS);
        String name;
        try (Stream<Path> files = Files.list(folder)) {
            name = files.findFirst().orElseThrow().getFileName().toString();
        }
        new CacheFolder(folder).write(name, "[1]".getBytes());
        assertThat(kept("m").read("test")).isEmpty();

        new CacheFolder(folder).write(name, "{}".getBytes());
        assertThat(kept("m").read("test")).isEmpty();
    }

    @Test
    void whatIsNoNumberIsMeasuredAgain() {
        kept("m").write("test", Map.of("loss", Double.NaN));

        assertThat(kept("m").read("test")).isEmpty();
    }

    @Test
    void nothingIsKeptWithoutAPlace() {
        KeptMetrics.none().write("test", METRICS);

        assertThat(KeptMetrics.none().read("test")).isEmpty();
    }

    @Test
    void allThatFiguresDependOnIsInTheNameAndThePathIsNot() {
        String same = KeptMetrics.identity("m", "d", DATA, 17, MACHINE);
        assertThat(KeptMetrics.identity("m", "d", DATA.withPath("b"), 17, MACHINE)).isEqualTo(same);
        assertThat(
                        KeptMetrics.identity(
                                "m",
                                "d",
                                DATA.withCalibration(new DataOptions.Calibration(7)),
                                17,
                                MACHINE))
                .isEqualTo(same);

        Set<String> others = new TreeSet<>(Set.of(same));
        others.add(KeptMetrics.identity("n", "d", DATA, 17, MACHINE));
        others.add(KeptMetrics.identity("m", "e", DATA, 17, MACHINE));
        others.add(KeptMetrics.identity("m", "d", DATA, 18, MACHINE));
        others.add(
                KeptMetrics.identity(
                        "m", "d", DATA.withFormat(DataConfig.Format.IDX), 17, MACHINE));
        others.add(
                KeptMetrics.identity(
                        "m",
                        "d",
                        DATA.withPreprocess(DATA.preprocess().withMean(List.of(0.5))),
                        17,
                        MACHINE));
        others.add(
                KeptMetrics.identity(
                        "m",
                        "d",
                        DATA.withValidation(new DataOptions.Validation(0.2)),
                        17,
                        MACHINE));
        others.add(
                KeptMetrics.identity(
                        "m", "d", DATA, 17, new Machine("17", "Linux", "cpu", List.of("fma"), 2)));
        others.add(
                KeptMetrics.identity(
                        "m",
                        "d",
                        DATA,
                        17,
                        new Machine("17", "Linux", "cpu", List.of("avx2", "fma"), 4)));
        assertThat(others).hasSize(9);
    }
}
