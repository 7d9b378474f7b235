package dev.espalier.internal.worker;

import dev.espalier.core.OutputException;
import dev.espalier.core.pass.Workers;
import dev.espalier.core.recipe.Recipe;
import dev.espalier.core.recipe.RecipeWriter;
import dev.espalier.internal.output.OutputFile;
import dev.espalier.internal.output.StepFiles;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Starts JVMs like this one that take part in a pass: the same executable, options and class path.
 * They find the recipe, the model and the checkpoints in the folder of the unfinished run, and
 * listen at their standard input.
 *
 * @param entry main class and arguments, behind which folder, position and threads stand
 * @param partial the folder of the unfinished run
 * @param recipe with absolute paths
 * @param position of the pass in the pipeline
 */
public record JvmWorkers(List<String> entry, Path partial, Recipe recipe, int position)
        implements Workers {
    private static final String RECIPE = "recipe.yaml";

    /** Set by the launcher where a person looks on, which nobody does here. */
    private static final String TERMINAL = "-Despalier.terminal";

    /** How many threads native code uses. */
    private static final String THREADS = "OMP_NUM_THREADS";

    /** Where a process that takes part finds the recipe. */
    public static Path recipe(Path partial, int position) {
        return new StepFiles(partial, position).checkpoints().resolve(RECIPE);
    }

    @Override
    public Optional<Line> leader() {
        return Optional.empty();
    }

    @Override
    public Worker start(int index, int count) {
        Path folder = new StepFiles(partial, position).checkpoints();
        Path log = folder.resolve("worker-" + (index + 1) + ".log");
        int threads = threads(System.getenv(THREADS), count);
        ProcessBuilder builder = new ProcessBuilder(command(threads));
        builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
        builder.environment().put(THREADS, Integer.toString(threads));
        try {
            Files.createDirectories(folder);
            if (index == 0) {
                OutputFile.write(recipe(partial, position), RecipeWriter.write(recipe));
            }
            builder.redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
            return new JvmWorker(builder.start(), log);
        } catch (IOException e) {
            throw new OutputException(
                    "a process for training cannot be started: " + e.getMessage(), e);
        }
    }

    private List<String> command(int threads) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                // A debugger's port and a terminal are this process's own.
                .filter(option -> !option.startsWith("-agentlib:jdwp"))
                .filter(option -> !option.startsWith(TERMINAL))
                .forEach(command::add);
        command.add("-XX:ActiveProcessorCount=" + threads);
        command.addAll(entry);
        command.add(partial.toString());
        command.add(Integer.toString(position));
        command.add(Integer.toString(threads));
        return command;
    }

    /**
     * Threads of one of {@code count} processes: its part of those that the user gave this one, or
     * of the processors.
     *
     * @param given value of the environment, or null
     */
    static int threads(String given, int count) {
        int all =
                given != null && given.matches("[1-9]\\d{0,3}")
                        ? Integer.parseInt(given)
                        : Runtime.getRuntime().availableProcessors();
        return Math.max(1, all / count);
    }
}
