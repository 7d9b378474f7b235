package dev.espalier.internal.worker;

import dev.espalier.core.pass.Workers;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A JVM that takes part in a pass, as the process that started it sees it. */
final class JvmWorker implements Workers.Worker {
    /** As shells count a process that Ctrl-C ended. */
    private static final int INTERRUPTED = 130;

    /** A step of a large network may take that long. */
    private static final long SECONDS_TO_STOP = 60;

    private final Process process;
    private final Path log;
    private final BufferedReader said;
    private final BufferedWriter told;

    /**
     * @param log that its standard error goes to
     */
    JvmWorker(Process process, Path log) {
        this.process = process;
        this.log = log;
        this.said =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        this.told =
                new BufferedWriter(
                        new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
    }

    @Override
    public void send(String text) {
        write(LeaderLine.TELL + text);
    }

    private void write(String line) {
        try {
            told.write(line);
            told.newLine();
            told.flush();
        } catch (IOException e) {
            // It is gone, which the one who listens to it learns.
            process.destroyForcibly();
        }
    }

    @Override
    public Optional<String> receive() {
        try {
            return Optional.ofNullable(said.readLine());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    @Override
    public String ending() {
        return "exit code " + waited(Long.MAX_VALUE);
    }

    @Override
    public String log() {
        return log.toString();
    }

    @Override
    public void close() {
        if (process.isAlive()) {
            write(LeaderLine.STOP);
        }
        waited(SECONDS_TO_STOP);
    }

    /** Waits for the end, which is brought about after some time or when this thread is to stop. */
    private int waited(long seconds) {
        try {
            if (process.waitFor(seconds, TimeUnit.SECONDS)) {
                return process.exitValue();
            }
            return process.destroyForcibly().waitFor();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            return INTERRUPTED;
        }
    }
}
