package dev.espalier.prune;

import dev.espalier.core.CompressionException;
import dev.espalier.core.analysis.Cost;
import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.analysis.ResidualBranches;
import dev.espalier.core.data.DataConfig;
import dev.espalier.core.data.DataConfig.Format;
import dev.espalier.core.data.Preprocess;
import dev.espalier.core.data.stored.DataLoader;
import dev.espalier.core.ir.Model;
import dev.espalier.core.onnx.OnnxReader;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.recipe.Options;
import dev.espalier.core.simplify.Simplify;
import dev.espalier.runtime.OrtRunner;
import dev.espalier.testkit.pass.RandomSamples;
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
 * The proof on real networks, run by hand:
 *
 * <pre>
 *   ./mvnw -pl prune -am test -Dtest=NetworksTest -Dsurefire.failIfNoSpecifiedTests=false \
 *       -Despalier.networks=DIR1:DIR2 -Despalier.cifar10=DIR
 * </pre>
 *
 * <p>The folders hold ONNX files; networks of images of 32 x 32 are proved on CIFAR-10 too, where
 * it is given. The tables go to {@code prune/target/prune-networks.md} and {@code
 * prune/target/prune-blocks-networks.md}.
 */
@Tag("networks")
@EnabledIfSystemProperty(named = "espalier.networks", matches = ".+")
class NetworksTest {
    private static final InputShapes SHAPES = InputShapes.ofBatch(1);

    private static final OrtRunner RUNNER = new OrtRunner();

    private final List<String> failures = new ArrayList<>();

    @Test
    void aPrunedNetworkAgreesWithTheOriginalWithoutTheWeights() throws IOException {
        List<String> lines = new ArrayList<>();
        lines.add("| network | asked | M MACs | kept | parameters kept | evidence | seconds |");
        lines.add("|---|---|---|---|---|---|---|");
        for (Path file : files()) {
            for (double part : new double[] {0.7, 0.5, 0.3}) {
                lines.add(row(file, part));
            }
        }
        Files.write(Path.of("target", "prune-networks.md"), lines);
        Assertions.assertTrue(failures.isEmpty(), () -> String.join("\n", failures));
    }

    @Test
    void aShortenedNetworkAgreesWithTheOriginalWithSilentBranches() throws IOException {
        List<String> lines = new ArrayList<>();
        lines.add("| network | branches | gone | M MACs | evidence |");
        lines.add("|---|---|---|---|---|");
        for (Path file : files()) {
            Model read = OnnxReader.read(file);
            PassContext context = RandomSamples.context(read, RandomSamples.of(read, 4), RUNNER);
            Model model = new Simplify().apply(read, context);
            int branches = ResidualBranches.of(model, SHAPES).size();
            if (branches > 0) {
                lines.add(shortened(file.getFileName().toString(), model, branches, context));
            }
        }
        Files.write(Path.of("target", "prune-blocks-networks.md"), lines);
        Assertions.assertTrue(failures.isEmpty(), () -> String.join("\n", failures));
    }

    private String shortened(String name, Model model, int branches, PassContext context) {
        try {
            Model shallow = new PruneBlocks(0.75).apply(model, context);
            return String.format(
                    Locale.ROOT,
                    "| %s | %d | %d | %.2f -> %.2f | %s |",
                    name.replace(".onnx", ""),
                    branches,
                    branches - ResidualBranches.of(shallow, SHAPES).size(),
                    Cost.of(model, SHAPES).macs() / 1e6,
                    Cost.of(shallow, SHAPES).macs() / 1e6,
                    context.notes().get(context.notes().size() - 1));
        } catch (CompressionException e) {
            failures.add(name + ": " + e.getMessage());
            return "| %s | %d | | | %s |".formatted(name, branches, e.getMessage());
        }
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

    private String row(Path file, double part) {
        String name = file.getFileName().toString().replace(".onnx", "");
        Model read = OnnxReader.read(file);
        PassContext context = context(read);
        try {
            Model model = new Simplify().apply(read, context);
            long start = System.nanoTime();
            Model pruned = Options.defaults(Prune.class).withMacs(part).apply(model, context);
            double seconds = (System.nanoTime() - start) / 1e9;
            Cost before = Cost.of(model, SHAPES);
            Cost after = Cost.of(pruned, SHAPES);
            String evidence = context.notes().get(context.notes().size() - 1);
            return String.format(
                    Locale.ROOT,
                    "| %s | %.1f | %.2f -> %.2f | %.3f | %.3f | %s | %.1f |",
                    name,
                    part,
                    before.macs() / 1e6,
                    after.macs() / 1e6,
                    (double) after.macs() / before.macs(),
                    (double) after.parameters() / before.parameters(),
                    evidence,
                    seconds);
        } catch (CompressionException e) {
            failures.add(name + " at " + part + ": " + e.getMessage());
            return "| %s | %.1f | | | | %s | |".formatted(name, part, e.getMessage());
        }
    }

    private static PassContext context(Model model) {
        PassContext context = PassContext.of(model).withRunner(new OrtRunner());
        String cifar10 = System.getProperty("espalier.cifar10", "");
        long side = SHAPES.bind(model.graph().feeds().get(0)).shape().size(3);
        if (cifar10.isEmpty() || side != 32) {
            return context;
        }
        Preprocess preprocess =
                Preprocess.of(255, List.of(0.485, 0.456, 0.406), List.of(0.229, 0.224, 0.225));
        DataConfig config = DataConfig.of(Format.CIFAR10, Path.of(cifar10), preprocess);
        return context.withData(DataLoader.open(config, model, 17));
    }
}
