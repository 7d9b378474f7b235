package dev.espalier.cli.command;

import dev.espalier.Compression;
import dev.espalier.ForeignModels;
import dev.espalier.LatencyMeter;
import dev.espalier.cli.terminal.Cancellation;
import dev.espalier.cli.terminal.Terminal;
import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.pass.ModelTimer;
import dev.espalier.core.pass.Progress;
import dev.espalier.core.recipe.Recipe;
import dev.espalier.runtime.Stopwatch;
import java.util.function.IntFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The root of the command line; each job is a command of its own. */
@Command(
        name = "espalier",
        mixinStandardHelpOptions = true,
        versionProvider = VersionLine.class,
        scope = ScopeType.INHERIT,
        description = "Compresses trained ONNX networks and proves that they became faster.",
        footer = {
            "",
            "Exit codes: 0 done; 1 internal error; 2 wrong usage or recipe;",
            "3 a goal was missed; 4 a verification failed;",
            "5 the model or the data cannot be used; 130 stopped."
        },
        subcommands = {
            DemoCommand.class,
            CompressCommand.class,
            QuantizeCommand.class,
            PlanCommand.class,
            InspectCommand.class,
            EvaluateCommand.class,
            CompareCommand.class,
            BenchCommand.class,
            ProfileCommand.class,
            ExportCommand.class,
            PassesCommand.class,
            RecipeCommand.class,
            DoctorCommand.class,
            WorkCommand.class
        })
public final class Espalier implements Runnable {
    private final Terminal terminal;
    private final Cancellation cancellation;
    private final LatencyMeter meter;
    private final ForeignModels foreignModels;
    private final IntFunction<ModelTimer> timers;
    @Spec private CommandSpec spec;

    @Option(
            names = "--debug",
            scope = ScopeType.INHERIT,
            description = "Show stack traces of errors.")
    private boolean debug;

    public Espalier(
            Terminal terminal,
            Cancellation cancellation,
            LatencyMeter meter,
            ForeignModels foreignModels) {
        this(
                terminal,
                cancellation,
                meter,
                foreignModels,
                threads -> new Stopwatch(threads, InputShapes.ofBatch(1), 0));
    }

    /**
     * @param timers by threads: what measures the machine's profile
     */
    public Espalier(
            Terminal terminal,
            Cancellation cancellation,
            LatencyMeter meter,
            ForeignModels foreignModels,
            IntFunction<ModelTimer> timers) {
        this.terminal = terminal;
        this.cancellation = cancellation;
        this.meter = meter;
        this.foreignModels = foreignModels;
        this.timers = timers;
    }

    public Terminal terminal() {
        return terminal;
    }

    public Cancellation cancellation() {
        return cancellation;
    }

    LatencyMeter meter() {
        return meter;
    }

    ForeignModels foreignModels() {
        return foreignModels;
    }

    /** What measures how long models take with so many threads. */
    ModelTimer timer(int threads) {
        return timers.apply(threads);
    }

    /** The job of {@code recipe}, as this command line shows, stops and measures it. */
    Compression compression(Recipe recipe) {
        return Compression.of(recipe)
                .withProgress(terminal.progress())
                .withCancellation(cancellation::isAsked)
                .withListener(terminal::say)
                .withMeter(meter)
                .withForeignModels(foreignModels)
                .withWorkerCommand(WorkCommand.ENTRY);
    }

    /** Shows people how far work is, and stops it where they ask. */
    Progress progress() {
        return terminal.progress().stoppable(cancellation::isAsked);
    }

    public boolean debug() {
        return debug;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Which command?");
    }
}
