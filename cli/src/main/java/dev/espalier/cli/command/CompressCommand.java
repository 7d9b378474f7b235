package dev.espalier.cli.command;

import dev.espalier.Compression;
import dev.espalier.cli.terminal.ExitCode;
import dev.espalier.cli.terminal.Terminal;
import dev.espalier.core.report.CompressionReport;
import dev.espalier.core.report.SummaryText;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "compress",
        description = "Runs a recipe: a smaller model, measured, with a report.")
final class CompressCommand implements Callable<Integer> {
    private final Espalier root;
    @Mixin private PluginsOption plugins;
    @Mixin private RecipeArguments recipe;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Where the result goes; default out/ and the recipe's name.")
    private Optional<Path> out;

    @Option(
            names = "--resume",
            description = "Go on after the last finished pass or epoch of an unfinished run.")
    private boolean resume;

    @Option(names = "--quick", description = "Measure latency briefly, and of the result alone.")
    private boolean quick;

    CompressCommand(Espalier root) {
        this.root = root;
    }

    @Override
    public Integer call() {
        return plugins.use(this::done);
    }

    private Integer done() {
        Path folder = out.orElseGet(() -> Path.of("out").resolve(name(recipe.file())));
        String command =
                "espalier compress "
                        + recipe.typed()
                        + " --out "
                        + RecipeArguments.quoted(folder.toString())
                        + plugins.typed()
                        + (quick ? " --quick" : "");
        Compression compression =
                root.compression(recipe.read())
                        .withPlace(recipe.file())
                        .withQuick(quick)
                        .withResume(resume)
                        .withCommand(command);
        return run(root, compression, folder);
    }

    private static String name(Path file) {
        return file.getFileName().toString().replaceAll("\\.ya?ml$", "");
    }

    /** Compresses, prints the summary, and tells whether the recipe's goal was met. */
    static int run(Espalier root, Compression compression, Path out) {
        CompressionReport report = compression.withOut(out).run();
        Terminal terminal = root.terminal();
        terminal.out().print(SummaryText.of(report) + "\n");
        terminal.out().println("written to " + out + "; open report.html there");
        return report.goal().met() ? ExitCode.DONE : ExitCode.GOAL_MISSED;
    }
}
