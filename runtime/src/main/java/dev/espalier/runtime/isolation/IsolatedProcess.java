package dev.espalier.runtime.isolation;

import dev.espalier.core.OutputException;
import dev.espalier.core.UnsupportedModelException;
import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A JVM with {@link IsolatedMain}, as the process that started it sees it. Used by one thread at a
 * time.
 */
final class IsolatedProcess implements AutoCloseable {
    private static final long MILLIS_BETWEEN_LOOKS = 50;
    private static final long SECONDS_TO_END = 5;

    /** In place of an answer when there will be no more. */
    private static final String ENDED = "";

    /** Writes what is asked. */
    interface Request {
        void write(DataOutputStream out) throws IOException;
    }

    private final String key = UUID.randomUUID().toString();
    private final Process process;
    private final ProcessMemory memory;
    private final DataOutputStream told;
    private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
    private final LastWords lastWords = new LastWords();
    private final Limits limits;
    private String ending;

    /**
     * @throws OutputException where no process can be started
     */
    IsolatedProcess(Limits limits) {
        this.limits = limits;
        ProcessBuilder builder =
                new ProcessBuilder(JvmCommand.of(IsolatedMain.class, key))
                        .redirectErrorStream(true);
        // Shorter in a process list than on the command line, which ONNX Runtime reads, too.
        builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new OutputException(
                    "no process can be started to try a model in: " + e.getMessage(), e);
        }
        memory = new ProcessMemory(process.pid());
        memory.endFirst();
        told = new DataOutputStream(new BufferedOutputStream(process.getOutputStream()));
        Thread listener = new Thread(this::listen, "espalier-isolation-answers");
        listener.setDaemon(true);
        listener.start();
    }

    private void listen() {
        try (BufferedReader lines =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith(key)) {
                    answers.add(line.substring(key.length() + 1));
                } else {
                    lastWords.add(line);
                }
            }
        } catch (IOException e) {
            // As good as the end.
        }
        answers.add(ENDED);
    }

    /** Tells something that has no answer. */
    void tell(Request request) {
        try {
            request.write(told);
            told.flush();
        } catch (IOException e) {
            // The process is gone, or going; how is told by the end of its answers.
        }
    }

    /**
     * Asks and waits for the answer. After anything but success the process may be over.
     *
     * @param doing what is asked, such as {@code open the model}
     * @throws UnsupportedModelException where ONNX Runtime refuses, ends the process, or takes more
     *     than it may
     */
    void ask(String doing, Duration time, Request request) {
        if (ending != null) {
            throw new UnsupportedModelException(ending);
        }
        tell(request);
        String answer = answer(doing, time);
        if (answer.equals(ENDED)) {
            ending = lastWords.ending(doing, waited());
            throw new UnsupportedModelException(ending);
        }
        if (answer.startsWith(IsolatedMain.REFUSED)) {
            byte[] reason =
                    Base64.getDecoder().decode(answer.substring(IsolatedMain.REFUSED.length() + 1));
            throw new UnsupportedModelException(new String(reason, StandardCharsets.UTF_8));
        }
    }

    private String answer(String doing, Duration time) {
        long end = System.nanoTime() + time.toNanos();
        try {
            String answer = answers.poll(MILLIS_BETWEEN_LOOKS, TimeUnit.MILLISECONDS);
            while (answer == null) {
                if (System.nanoTime() > end) {
                    throw stopped(
                            "ONNX Runtime does not %s within %s seconds"
                                    .formatted(doing, time.toSeconds()));
                }
                if (memory.bytes() > limits.memoryBytes()) {
                    throw stopped(
                            "ONNX Runtime needs more than %s MiB of memory to %s"
                                    .formatted(limits.memoryBytes() >> 20, doing));
                }
                answer = answers.poll(MILLIS_BETWEEN_LOOKS, TimeUnit.MILLISECONDS);
            }
            return answer;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw stopped("interrupted while ONNX Runtime was to " + doing);
        }
    }

    private UnsupportedModelException stopped(String why) {
        ending = why;
        process.destroyForcibly();
        return new UnsupportedModelException(why);
    }

    /** Whether nothing can be asked any more. */
    boolean isOver() {
        return ending != null || !process.isAlive();
    }

    private int waited() {
        try {
            return process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return -1;
        }
    }

    /** Ends the process; what it did is of no further use. */
    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor(SECONDS_TO_END, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
