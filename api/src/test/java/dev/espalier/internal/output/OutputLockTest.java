package dev.espalier.internal.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.OutputException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Of several runs that write one folder, one wins and the others say so. */
class OutputLockTest {
    @TempDir Path folder;
    private Path out;

    @BeforeEach
    void name() {
        out = folder.resolve("out");
    }

    @Test
    void ofManyStartsAtOnceOneWins() throws Exception {
        int starts = 8;
        ExecutorService threads = Executors.newFixedThreadPool(starts);
        CyclicBarrier barrier = new CyclicBarrier(starts);
        Callable<RunFolder> start =
                () -> {
                    barrier.await();
                    return RunFolder.open(out);
                };
        for (int round = 0; round < 20; round++) {
            List<Future<RunFolder>> runs = new ArrayList<>();
            for (int i = 0; i < starts; i++) {
                runs.add(threads.submit(start));
            }
            List<RunFolder> winners = new ArrayList<>();
            for (Future<RunFolder> run : runs) {
                try {
                    winners.add(run.get());
                } catch (ExecutionException e) {
                    assertThat(e.getCause())
                            .isInstanceOf(OutputException.class)
                            .hasMessageContaining("another run is writing " + out);
                }
            }
            assertThat(winners).hasSize(1);
            winners.get(0).close();
        }
        threads.shutdown();
    }

    /** A process that takes hold of a folder, says so, and keeps it until its input ends. */
    static final class Holder {
        private Holder() {}

        public static void main(String[] args) throws IOException {
            try (RunFolder run = RunFolder.open(Path.of(args[0]))) {
                System.out.println("holds " + run.work());
                System.in.read();
            } catch (OutputException e) {
                System.out.println(e.getMessage());
            }
        }
    }

    private Process holder() throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                Holder.class.getName(),
                                out.toString())
                        .redirectErrorStream(true);
        builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
        return builder.start();
    }

    @Test
    void ofTwoProcessesOneWins() throws Exception {
        List<Process> processes = List.of(holder(), holder());
        List<String> lines = new ArrayList<>();
        try {
            for (Process process : processes) {
                lines.add(process.inputReader().readLine());
            }
            assertThatThrownBy(() -> RunFolder.open(out))
                    .hasMessageContaining("another run is writing " + out);
        } finally {
            for (Process process : processes) {
                process.getOutputStream().close();
                process.waitFor();
            }
        }
        assertThat(lines)
                .containsExactlyInAnyOrder(
                        "holds " + folder.resolve(".out.espalier").resolve("work"),
                        "another run is writing " + out + "; wait for it or name another folder");
        try (RunFolder later = RunFolder.open(out)) {
            assertThat(later.result()).isEmptyDirectory();
        }
    }
}
