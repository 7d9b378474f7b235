package dev.espalier;

import dev.espalier.benchmarks.Latency;
import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.pass.PassRegistry;
import dev.espalier.core.pass.PassRun;
import dev.espalier.core.pass.Progress;
import dev.espalier.core.pass.Workers;
import dev.espalier.core.recipe.DataOptions;
import dev.espalier.core.recipe.Recipe;
import dev.espalier.core.recipe.RecipeReader;
import dev.espalier.core.report.CompressionReport;
import dev.espalier.internal.output.ResumeStore;
import dev.espalier.internal.worker.JvmWorkers;
import dev.espalier.runtime.OrtRunner;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The whole job in one call: a recipe in, a folder with the smaller model and a report out, every
 * figure of which was measured on the file that lies there. The command line is made of it.
 *
 * <pre>{@code
 * CompressionReport report =
 *         Compression.of(Path.of("recipe.yaml")).withOut(Path.of("out")).run();
 * System.out.println(report.goal().met());
 * }</pre>
 *
 * <p>It never changes: each {@code with} gives another one. Unless changed, names in a recipe that
 * was read from a file are looked for beside it and then in the current folder; nothing is shown,
 * nobody asks to stop, and latency is measured with JMH in processes of their own. The model is
 * tried in a process of its own before it is run in this one.
 */
public final class Compression {
    private final Recipe recipe;
    private Path place = Path.of("recipe.yaml");
    private Optional<Path> out = Optional.empty();
    private boolean quick;
    private boolean resume;
    private Optional<String> command = Optional.empty();
    private Progress progress = Progress.SILENT;
    private BooleanSupplier cancelled = () -> false;
    private Consumer<String> listener = line -> {};
    private LatencyMeter meter = Latency::measure;
    private Optional<ForeignModels> foreignModels = Optional.empty();
    private List<String> workerCommand = List.of();

    private Compression(Recipe recipe) {
        this.recipe = recipe;
    }

    /**
     * @param recipe a file in YAML
     * @throws InvalidOptionException naming file, line and column, where the recipe is wrong or
     *     cannot be read
     */
    public static Compression of(Path recipe) {
        RecipeReader reader = new RecipeReader(PassRegistry.load());
        return of(reader.read(recipe, RecipeReader.Changes.NONE)).withPlace(recipe);
    }

    /**
     * @param recipe whose files are looked for in the current folder
     */
    public static Compression of(Recipe recipe) {
        return new Compression(recipe);
    }

    private Compression with(Recipe other, Consumer<Compression> change) {
        Compression changed = new Compression(other);
        changed.place = place;
        changed.out = out;
        changed.quick = quick;
        changed.resume = resume;
        changed.command = command;
        changed.progress = progress;
        changed.cancelled = cancelled;
        changed.listener = listener;
        changed.meter = meter;
        changed.foreignModels = foreignModels;
        changed.workerCommand = workerCommand;
        change.accept(changed);
        return changed;
    }

    private Compression with(Consumer<Compression> change) {
        return with(recipe, change);
    }

    /** This with another model than the recipe's. */
    public Compression withModel(Path file) {
        return with(recipe.withModel(Optional.of(absolute(file))), changed -> {});
    }

    /**
     * This with the recipe's data in another place.
     *
     * @throws InvalidOptionException where the recipe has no data block, which says how it is
     *     stored
     */
    public Compression withData(Path files) {
        DataOptions data =
                recipe.data()
                        .orElseThrow(
                                () ->
                                        new InvalidOptionException(
                                                "the recipe has no data block, which would say how "
                                                        + files
                                                        + " is stored"));
        return with(recipe.withData(Optional.of(data.withPath(absolute(files)))), changed -> {});
    }

    private static String absolute(Path path) {
        return path.toAbsolutePath().normalize().toString();
    }

    /**
     * This with the file beside which the names in the recipe are looked for.
     *
     * @param file of the recipe, which messages name; it need not be there
     */
    public Compression withPlace(Path file) {
        return with(changed -> changed.place = file);
    }

    /** This with the folder that the result goes into; one that Espalier wrote is replaced. */
    public Compression withOut(Path folder) {
        return with(changed -> changed.out = Optional.of(folder));
    }

    /** This with latency measured briefly, and of the result alone. */
    public Compression withQuick(boolean value) {
        return with(changed -> changed.quick = value);
    }

    /** This going on after the last finished pass or epoch of an unfinished run, or not. */
    public Compression withResume(boolean value) {
        return with(changed -> changed.resume = value);
    }

    /** This with what to type to get the result again, for the report. */
    public Compression withCommand(String typed) {
        return with(changed -> changed.command = Optional.of(typed));
    }

    /** This with a place to show how far long work is. */
    public Compression withProgress(Progress value) {
        return with(changed -> changed.progress = value);
    }

    /** This with a question that is asked between two steps; yes ends the run, to be resumed. */
    public Compression withCancellation(BooleanSupplier isAsked) {
        return with(changed -> changed.cancelled = isAsked);
    }

    /** This telling, line by line, what the command line shows while it runs. */
    public Compression withListener(Consumer<String> lines) {
        return with(changed -> changed.listener = lines);
    }

    /** This with another way to measure latency. */
    public Compression withMeter(LatencyMeter value) {
        return with(changed -> changed.meter = value);
    }

    /** This with somebody else's trials of foreign models, which it then does not close. */
    public Compression withForeignModels(ForeignModels value) {
        return with(changed -> changed.foreignModels = Optional.of(value));
    }

    /**
     * This with passes that may start further processes.
     *
     * @param words main class and arguments, behind which a process gets those of {@link #join}
     */
    public Compression withWorkerCommand(List<String> words) {
        return with(changed -> changed.workerCommand = List.copyOf(words));
    }

    /**
     * Runs the recipe and writes the folder.
     *
     * @return the report that lies in it; whether the recipe's goal was met is its {@code goal()}
     * @throws dev.espalier.core.CompressionException of the kind that says whose fault it is: of
     *     the recipe ({@link InvalidOptionException}), the model, the data, a failed proof, the
     *     disk; and where the caller asked to stop
     */
    public CompressionReport run() {
        Path folder =
                out.orElseThrow(
                        () ->
                                new InvalidOptionException(
                                        "there is no folder for the result; name one by"
                                                + " withOut(Path.of(\"out\"))"));
        Workbench bench = Workbench.open(recipe, place, true);
        return bench.original()
                .use(
                        () ->
                                tryingOut(
                                        foreign ->
                                                new RecipeRun(
                                                                this,
                                                                bench.observing(foreign.runner()),
                                                                folder,
                                                                foreign)
                                                        .run()));
    }

    /**
     * What each pass would touch, refuse and save; nothing is trained, proved or written.
     *
     * @throws dev.espalier.core.CompressionException as {@link #run} does
     */
    public List<PassRun> plan() {
        Workbench bench = Workbench.open(recipe, place, false);
        return bench.original()
                .use(
                        () ->
                                tryingOut(
                                        foreign ->
                                                bench.observing(foreign.runner())
                                                        .preview(this, foreign)
                                                        .preview()
                                                        .runs()));
    }

    /**
     * Takes part in a pass of a run that another process leads.
     *
     * @param unfinished folder of that run
     * @param position of the pass, from 0
     * @param threads of this process
     * @param leader the line to that process
     */
    public void join(Path unfinished, int position, int threads, Workers leader) {
        Workbench bench = Workbench.open(recipe, place, true);
        // What leads this one has tried the model.
        bench.observing(new OrtRunner())
                .joining(this, leader, threads)
                .join(position, ResumeStore.of(unfinished, listener));
    }

    private <T> T tryingOut(Function<ForeignModels, T> work) {
        if (foreignModels.isPresent()) {
            return work.apply(foreignModels.get());
        }
        try (ForeignModels own = new ForeignModels()) {
            return work.apply(own);
        }
    }

    boolean quick() {
        return quick;
    }

    boolean resume() {
        return resume;
    }

    Optional<String> command() {
        return command;
    }

    /** Every step of what is shown is a place to stop. */
    Progress progress() {
        return progress.stoppable(cancelled);
    }

    BooleanSupplier cancelled() {
        return cancelled;
    }

    Consumer<String> listener() {
        return listener;
    }

    LatencyMeter meter() {
        return meter;
    }

    /** Those that may take part in the pass at {@code position} of {@code resolved}. */
    Workers workers(Path unfinished, Recipe resolved, int position) {
        return workerCommand.isEmpty()
                ? Workers.NONE
                : new JvmWorkers(workerCommand, unfinished, resolved, position);
    }
}
