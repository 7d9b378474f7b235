package dev.espalier.internal.worker;

import dev.espalier.core.pass.Workers;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;

/**
 * The line from a process that takes part in a pass to the one that started it: its standard input
 * and output. It is heard at any time, so that a wish to stop is; where the leader is gone this
 * process ends at once, since nobody is left to work for and another leader may go on.
 */
public final class LeaderLine implements Workers, Workers.Line {
    /** Before each line for the pass. */
    static final String TELL = "> ";

    /** The wish to stop after the current step. */
    static final String STOP = "stop";

    private final PrintStream answers;
    private final Consumer<String> lines;
    private final BlockingQueue<Optional<String>> told = new LinkedBlockingQueue<>();

    /**
     * @param answers read by the leader
     * @param lines told what goes wrong
     */
    public LeaderLine(PrintStream answers, Consumer<String> lines) {
        this.answers = answers;
        this.lines = lines;
    }

    /**
     * Begins to hear the leader.
     *
     * @param stop done when the leader wishes to stop
     * @param gone done when the leader is gone without such a wish
     */
    public void listen(BufferedReader leader, Runnable stop, Runnable gone) {
        Thread listener = new Thread(() -> hear(leader, stop, gone), "espalier-leader");
        listener.setDaemon(true);
        listener.start();
    }

    private void hear(BufferedReader leader, Runnable stop, Runnable gone) {
        boolean stopping = false;
        try {
            for (String line = leader.readLine(); line != null; line = leader.readLine()) {
                if (line.equals(STOP)) {
                    stopping = true;
                    stop.run();
                    told.add(Optional.empty());
                } else if (line.startsWith(TELL)) {
                    told.add(Optional.of(line.substring(TELL.length())));
                }
            }
        } catch (IOException e) {
            lines.accept("the leader cannot be heard: " + e.getMessage());
        }
        if (!stopping) {
            gone.run();
        }
        told.add(Optional.empty());
    }

    @Override
    public Optional<Line> leader() {
        return Optional.of(this);
    }

    @Override
    public Worker start(int index, int count) {
        throw new IllegalStateException("a worker has no workers of its own");
    }

    @Override
    public void send(String text) {
        answers.println(text);
    }

    @Override
    public Optional<String> receive() {
        try {
            return told.take();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }
}
