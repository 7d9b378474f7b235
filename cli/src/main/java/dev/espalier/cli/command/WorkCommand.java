package dev.espalier.cli.command;

import dev.espalier.Compression;
import dev.espalier.cli.terminal.ExitCode;
import dev.espalier.cli.terminal.Terminal;
import dev.espalier.internal.worker.JvmWorkers;
import dev.espalier.internal.worker.LeaderLine;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** A process that takes part in a pass; see {@link JvmWorkers}. Not for people to type. */
@Command(
        name = WorkCommand.NAME,
        hidden = true,
        description = "Takes part in a pass of a run in progress, which starts it by itself.")
final class WorkCommand implements Callable<Integer> {
    static final String NAME = "work";

    /** How a process of this command begins; the class is above this package. */
    static final List<String> ENTRY = List.of("dev.espalier.cli.Main", NAME);

    private final Espalier root;

    @Parameters(index = "0", paramLabel = "FOLDER", description = "The unfinished run.")
    private Path partial;

    @Parameters(index = "1", paramLabel = "POSITION", description = "The pass, from 0.")
    private int position;

    @Parameters(index = "2", paramLabel = "THREADS", description = "Threads of this process.")
    private int threads;

    WorkCommand(Espalier root) {
        this.root = root;
    }

    @Override
    public Integer call() {
        Terminal terminal = root.terminal();
        LeaderLine leader = new LeaderLine(terminal.out(), terminal::say);
        leader.listen(
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)),
                root.cancellation()::ask,
                () -> Runtime.getRuntime().halt(ExitCode.INTERRUPTED));
        Compression.of(JvmWorkers.recipe(partial, position))
                .withCancellation(root.cancellation()::isAsked)
                .withListener(terminal::say)
                .join(partial, position, threads, leader);
        return ExitCode.DONE;
    }
}
