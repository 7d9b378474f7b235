package dev.espalier.prune;

import dev.espalier.core.CompressionException;
import dev.espalier.core.ir.Model;
import dev.espalier.core.onnx.OnnxReader;
import dev.espalier.runtime.OrtRunner;
import dev.espalier.testkit.TestContext;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * The proof on real networks, run by hand: {@code -Despalier.networks=DIR} names folders of ONNX
 * files, separated as paths are. The table goes to {@code target/prune-networks.md}.
 */
@Tag("networks")
@EnabledIfSystemProperty(named = "espalier.networks", matches = ".+")
class NetworksTest {
    private final List<String> failures = new ArrayList<>();

    @Test
    void aPrunedNetworkAgreesWithTheOriginalWithoutTheWeights() throws IOException {
        List<String> lines = new ArrayList<>();
        lines.add("| network | asked | MACs | parameters | evidence | seconds |");
        lines.add("|---|---|---|---|---|---|");
        for (Path file : files()) {
            for (double part : new double[] {0.7, 0.5, 0.3}) {
                lines.add(row(file, part));
            }
        }
        Files.write(Path.of("target", "prune-networks.md"), lines);
        Assertions.assertTrue(failures.isEmpty(), () -> String.join("\n", failures));
    }

    private static List<Path> files() throws IOException {
        List<Path> files = new ArrayList<>();
        for (String folder : System.getProperty("espalier.networks").split(File.pathSeparator)) {
            if (Files.isRegularFile(Path.of(folder))) {
                files.add(Path.of(folder));
                continue;
            }
            try (Stream<Path> list = Files.list(Path.of(folder))) {
                list.filter(file -> file.toString().endsWith(".onnx")).sorted().forEach(files::add);
            }
        }
        return files;
    }

    private String row(Path file, double part) {
        Model model = OnnxReader.read(file);
        TestContext context = TestContext.of(model).withRunner(new OrtRunner());
        long start = System.nanoTime();
        String name = file.getFileName().toString().replace(".onnx", "");
        try {
            Model pruned = new Prune(Criterion.L1, part, 8, Scope.GLOBAL).apply(model, context);
            List<String> notes = context.notes();
            return String.format(
                    Locale.ROOT,
                    "| %s | %.1f | %s | %.3f | %s | %.1f |",
                    name,
                    part,
                    notes.get(notes.size() - 2),
                    (double) elements(pruned) / elements(model),
                    notes.get(notes.size() - 1),
                    (System.nanoTime() - start) / 1e9);
        } catch (CompressionException e) {
            failures.add(name + " at " + part + ": " + e.getMessage());
            return "| %s | %.1f | %s ||||".formatted(name, part, e.getMessage());
        }
    }

    private static long elements(Model model) {
        return model.graph().initializers().values().stream()
                .mapToLong(initializer -> initializer.tensor().elementCount())
                .sum();
    }
}
