package dev.espalier.groupconv.internal.convert;

import dev.espalier.core.CompressionException;
import dev.espalier.core.analysis.Cost;
import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.ir.Model;
import dev.espalier.core.onnx.OnnxReader;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.Proof;
import dev.espalier.core.simplify.Simplify;
import dev.espalier.groupconv.structure.GroupStructure;
import dev.espalier.runtime.OrtRunner;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * The proof on real networks under random structures, run by hand:
 *
 * <pre>
 *   ./mvnw -pl group-conv -am test -Dtest=NetworksTest -Dsurefire.failIfNoSpecifiedTests=false \
 *       -Despalier.networks=DIR1:DIR2
 * </pre>
 *
 * <p>The folders hold ONNX files. The table goes to {@code
 * group-conv/target/group-conv-networks.md}.
 */
@Tag("networks")
@EnabledIfSystemProperty(named = "espalier.networks", matches = ".+")
class NetworksTest {
    private static final InputShapes SHAPES = InputShapes.ofBatch(1);

    private final List<String> failures = new ArrayList<>();
    private final List<String> lines = new ArrayList<>();

    @Test
    void convertedNetworksAgreeWithTheMaskedOnes() throws IOException {
        lines.add("| network | orders | M MACs | permutations | Gathers | evidence | seconds |");
        lines.add("|---|---|---|---|---|---|---|");
        for (Path file : files()) {
            Model read = OnnxReader.read(file);
            String name = file.getFileName().toString().replace(".onnx", "");
            Model model = new Simplify().apply(read, context(read));
            convert(name, "independent", model, RandomStructures.independent(model, new Random(5)));
            convert(name, "shared", model, shared(model, false));
            convert(name, "shared, every second block mixes", model, shared(model, true));
        }
        Files.write(Path.of("target", "group-conv-networks.md"), lines);
        Assertions.assertTrue(failures.isEmpty(), () -> String.join("\n", failures));
    }

    /** Every fourth convolution reads in an order of its own, or none does. */
    private static Map<String, GroupStructure> shared(Model model, boolean mixes) {
        List<String> layers = RandomStructures.layers(model);
        return RandomStructures.shared(
                model, layer -> mixes && layers.indexOf(layer) % 4 == 1, new Random(5));
    }

    private void convert(
            String name, String orders, Model model, Map<String, GroupStructure> structures) {
        try {
            long start = System.nanoTime();
            Converted converted = GroupConversion.convert(model, structures, SHAPES);
            double seconds = (System.nanoTime() - start) / 1e9;
            Proof proof =
                    Proof.equal(
                            converted.masked(),
                            converted.model(),
                            converted,
                            context(converted.masked()));
            lines.add(
                    String.format(
                            Locale.ROOT,
                            "| %s | %s | %.2f -> %.2f | %d | %d | %s | %.1f |",
                            name,
                            orders,
                            Cost.of(model, SHAPES).macs() / 1e6,
                            Cost.of(converted.model(), SHAPES).macs() / 1e6,
                            converted.permutations(),
                            converted.gathers(),
                            proof,
                            seconds));
        } catch (CompressionException e) {
            failures.add(name + ": " + e.getMessage());
        }
    }

    private static PassContext context(Model model) {
        return PassContext.of(model).withRunner(new OrtRunner());
    }

    private static List<Path> files() throws IOException {
        List<Path> files = new ArrayList<>();
        for (String folder : System.getProperty("espalier.networks").split(File.pathSeparator)) {
            try (Stream<Path> list = Files.list(Path.of(folder))) {
                list.filter(file -> file.toString().endsWith(".onnx")).sorted().forEach(files::add);
            }
        }
        return files;
    }
}
