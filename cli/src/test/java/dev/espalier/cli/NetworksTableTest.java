package dev.espalier.cli;

import dev.espalier.ForeignModels;
import dev.espalier.core.CompressionException;
import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.analysis.AssumedSizes;
import dev.espalier.core.analysis.ChannelGroup;
import dev.espalier.core.analysis.ChannelGroups;
import dev.espalier.core.analysis.Cost;
import dev.espalier.core.analysis.FrozenChannels;
import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.analysis.ProducingLayer;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.layer.Layer;
import dev.espalier.core.pass.ObservedRun;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.PassRegistry;
import dev.espalier.core.recipe.Options;
import dev.espalier.core.recipe.RecipeReader;
import dev.espalier.core.report.Figures;
import dev.espalier.input.ModelFile;
import dev.espalier.prune.Prune;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * What becomes of exported networks, as the table of {@code docs/networks.md}; run by hand:
 *
 * <pre>
 *   ./mvnw -pl cli -am test -Dtest=NetworksTableTest -Dsurefire.failIfNoSpecifiedTests=false \
 *       -Despalier.networks=DIR
 * </pre>
 *
 * <p>The folder holds ONNX files, and {@code macs.csv} with lines {@code name,MACs} of what the
 * framework counts, by the beginning of the file's name. The table goes to {@code
 * cli/target/networks.md}.
 */
@Tag("networks")
@EnabledIfSystemProperty(named = "espalier.networks", matches = ".+")
class NetworksTableTest {
    private static final double PART = 0.7;
    private static final Pattern LEAST =
            Pattern.compile("but [\\d,]+ \\(([\\d.]+)\\) is the least");
    private static final Pattern PROVED =
            Pattern.compile("proved on .* largest difference ([^,;]+)");
    private static final int MOST_WORDS = 160;

    private final ForeignModels foreign = new ForeignModels();
    private final ObservedRun observed = new ObservedRun(foreign.runner());

    @Test
    void eachNetworkHasItsLine() throws IOException {
        Path folder = Path.of(System.getProperty("espalier.networks"));
        Map<String, Long> counts = counts(folder.resolve("macs.csv"));
        List<String> lines = new ArrayList<>();
        lines.add(
                "| network | set | MACs | framework | layers | free | least | cut to 0.7 | proof |"
                        + " s |");
        lines.add("|---|---|---|---|---|---|---|---|---|---|");
        Path table = Path.of("target", "networks.md");
        for (Path file : files(folder)) {
            lines.add(row(file, counts));
            Files.write(table, lines);
        }
        foreign.close();
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.filter(file -> file.toString().endsWith(".onnx")).sorted().toList();
        }
    }

    private static Map<String, Long> counts(Path file) throws IOException {
        Map<String, Long> counts = new HashMap<>();
        if (Files.exists(file)) {
            for (String line : Files.readAllLines(file)) {
                String[] cells = line.split(",");
                counts.put(cells[0].replace('/', '_'), Long.parseLong(cells[1]));
            }
        }
        return counts;
    }

    private String row(Path file, Map<String, Long> counts) {
        String name = file.getFileName().toString().replaceFirst("\\.onnx$", "");
        long start = System.nanoTime();
        List<String> cells = new ArrayList<>(List.of(name));
        try {
            measure(file, counts.get(name.replaceFirst("\\.(script|dynamo)$", "")), cells);
        } catch (CompressionException e) {
            cells.add("refused: " + brief(e.getMessage().replace(file.toString() + ": ", "")));
        } catch (RuntimeException e) {
            cells.add("FAULT: " + brief(e.toString()));
        }
        while (cells.size() < 9) {
            cells.add("");
        }
        cells.add(String.format(Locale.ROOT, "%.1f", (System.nanoTime() - start) / 1e9));
        String line = "| " + String.join(" | ", cells) + " |";
        System.out.println(line);
        return line;
    }

    private static String brief(String text) {
        String line = text.replace('\n', ' ').replace('|', '/');
        return line.length() > MOST_WORDS ? line.substring(0, MOST_WORDS) + "…" : line;
    }

    private void measure(Path file, Long count, List<String> cells) {
        Model read = ModelFile.read(file).model();
        InputShapes shapes = shapes(read);
        PassContext context =
                PassContext.of(read).withInputShapes(shapes).withRunner(foreign.runner());
        RecipeReader standard = new RecipeReader(PassRegistry.load());
        Model model = read;
        for (String first : List.of("upgrade-opset", "simplify")) {
            model = standard.standard(first).apply(model, context);
        }
        Cost cost = Cost.of(model, shapes);
        cells.add(Long.toString(read.opset()));
        cells.add(Figures.macs(cost.macs(), cost.uncounted().size()));
        cells.add(
                count == null
                        ? ""
                        : String.format(
                                Locale.ROOT, "%+.2f %%", 100.0 * cost.macs() / count - 100));
        cells.add(Long.toString(layers(model)));
        ChannelGroups groups = ChannelGroups.of(model, shapes);
        cells.add(free(groups));
        cells.add(least(model, context));
        PassContext cut =
                PassContext.of(model).withInputShapes(shapes).withRunner(foreign.runner());
        Model pruned = prune(PART).apply(model, cut);
        cells.add(
                String.format(
                        Locale.ROOT,
                        "%.3f",
                        (double) Cost.of(pruned, shapes).macs() / cost.macs()));
        cells.add(
                cut.notes().stream()
                        .map(PROVED::matcher)
                        .filter(Matcher::find)
                        .map(found -> found.group(1))
                        .findFirst()
                        .orElse("nothing removed"));
    }

    private InputShapes shapes(Model model) {
        AssumedSizes sizes = AssumedSizes.of(model, InputShapes.ofBatch(1));
        Map<String, Shape> whole = new LinkedHashMap<>();
        if (!sizes.assumed().isEmpty()) {
            sizes.bound().forEach((name, type) -> whole.put(name, type.shape()));
        }
        return new InputShapes(1, whole).withObserved(observed);
    }

    private static Prune prune(double macs) {
        return Options.defaults(Prune.class).withMacs(macs).withRoundTo(1);
    }

    private static long layers(Model model) {
        return model.graph().nodes().stream().filter(Layer::isWeighted).count();
    }

    /** Share of the channels that layers make, of those that may go. */
    private static String free(ChannelGroups groups) {
        Map<ProducingLayer, Long> all = new LinkedHashMap<>();
        long frozen = 0;
        for (FrozenChannels one : groups.frozen()) {
            frozen += one.channels();
            all.put(one.layer(), width(groups, one.layer()));
        }
        Set<ProducingLayer> layers = new LinkedHashSet<>();
        for (ChannelGroup group : groups.groups()) {
            layers.addAll(group.layers());
        }
        layers.forEach(layer -> all.put(layer, width(groups, layer)));
        long channels = all.values().stream().mapToLong(Long::longValue).sum();
        return channels == 0
                ? ""
                : String.format(Locale.ROOT, "%.0f %%", 100.0 * (channels - frozen) / channels);
    }

    private static long width(ChannelGroups groups, ProducingLayer layer) {
        return groups.types().shape(layer.weight().value()).size(layer.weight().axis());
    }

    private static String least(Model model, PassContext context) {
        try {
            prune(0.01).preview(model, context);
            return "0.010";
        } catch (InvalidOptionException e) {
            Optional<String> least =
                    Stream.of(LEAST.matcher(e.getMessage()))
                            .filter(Matcher::find)
                            .map(found -> found.group(1))
                            .findFirst();
            return least.orElseThrow(() -> e);
        }
    }
}
