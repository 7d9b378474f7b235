package dev.espalier.cli;

import dev.espalier.core.UserCache;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** One command in a JVM of its own, which can be killed or be given too little of something. */
final class ChildRun implements AutoCloseable {
    private static final long MILLIS_BETWEEN_LOOKS = 5;

    private final Process process;
    private final BufferedReader lines;
    private final List<String> seen = new ArrayList<>();

    private ChildRun(Process process) {
        this.process = process;
        this.lines =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    static ChildRun start(Object... words) throws IOException {
        return start(List.of(), words);
    }

    /**
     * @param before put in front of the command line, such as {@code nice}
     */
    static ChildRun start(List<String> before, Object... words) throws IOException {
        return start(before, List.of(), Main.class, words);
    }

    /**
     * @param options of the JVM
     */
    static ChildRun startMain(List<String> options, Class<?> main, Object... words)
            throws IOException {
        return start(List.of(), options, main, words);
    }

    private static ChildRun start(
            List<String> before, List<String> options, Class<?> main, Object... words)
            throws IOException {
        List<String> command = new ArrayList<>(before);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-XX:TieredStopAtLevel=1");
        command.add("-XX:+UseSerialGC");
        String cache = System.getProperty(UserCache.PROPERTY);
        if (cache != null) {
            command.add("-D" + UserCache.PROPERTY + "=" + cache);
        }
        command.addAll(options);
        command.add(main.getName());
        for (Object word : words) {
            command.add(word.toString());
        }
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        // Shorter in a process list than on the command line.
        builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
        // Several threads for a handful of numbers only wait for each other.
        builder.environment().put("OMP_NUM_THREADS", "1");
        return new ChildRun(builder.start());
    }

    /** All lines up to the first that contains {@code sign}. */
    List<String> readUntil(String sign) throws IOException {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            seen.add(line);
            if (line.contains(sign)) {
                return seen;
            }
        }
        throw new AssertionError("ended without '" + sign + "': " + seen);
    }

    /** The first line that contains one of two signs. */
    String readUntil(String sign, String other) throws IOException {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            seen.add(line);
            if (line.contains(sign) || line.contains(other)) {
                return line;
            }
        }
        throw new AssertionError("ended without '" + sign + "' or '" + other + "': " + seen);
    }

    /** Returns as soon as {@code file} is there. */
    void waitFor(Path file) throws IOException, InterruptedException {
        while (!Files.exists(file)) {
            if (!process.isAlive()) {
                throw new AssertionError("ended without " + file + ": " + readAll());
            }
            Thread.sleep(MILLIS_BETWEEN_LOOKS);
        }
    }

    /** All lines, when the process has ended. */
    List<String> readAll() throws IOException {
        lines.lines().forEach(seen::add);
        return seen;
    }

    /** Exit code, when the process has ended. */
    int code() throws InterruptedException {
        return process.waitFor();
    }

    /** Returns as soon as it has started a process of its own. */
    void waitForChild() throws InterruptedException {
        while (process.children().findAny().isEmpty()) {
            if (!process.isAlive()) {
                throw new AssertionError("ended without a process of its own: " + seen);
            }
            Thread.sleep(MILLIS_BETWEEN_LOOKS);
        }
    }

    /** Asks it to stop, as whoever starts programs does. */
    void terminate() {
        // Process.destroy would close the stream that its last words come through.
        process.toHandle().destroy();
    }

    /** Asks it to stop, as Ctrl-C does. */
    void interrupt() throws IOException, InterruptedException {
        new ProcessBuilder("/bin/kill", "-INT", Long.toString(process.pid())).start().waitFor();
    }

    /** Ends it at once, without a chance to tidy up, and the JVMs that it measures in. */
    void kill() throws InterruptedException {
        List<ProcessHandle> forks = process.descendants().toList();
        process.destroyForcibly().waitFor();
        forks.forEach(ProcessHandle::destroyForcibly);
    }

    /** The processes that it started and that run. */
    Stream<ProcessHandle> children() {
        return process.children();
    }

    /** Ends it at once and leaves those alone that it started. */
    void killAlone() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    @Override
    public void close() throws IOException {
        process.destroyForcibly();
        lines.close();
    }
}
