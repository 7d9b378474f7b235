package dev.espalier.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.pass.Checkpoints;
import dev.espalier.core.pass.DirectContext;
import dev.espalier.train.loss.CrossEntropy;
import dev.espalier.train.torch.TorchModule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** Memory over a long training, asked for by a property; the table goes to target/memory.md. */
@Tag("endurance")
@EnabledIfSystemProperty(named = "espalier.endurance", matches = "true")
class MemoryTest {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final int EPOCHS = 200;
    private static final int BETWEEN = 20;

    /** Mebibytes after an epoch. */
    private record Sample(int epoch, double heap, double process) {
        static Sample after(int epoch) {
            System.gc();
            Runtime runtime = Runtime.getRuntime();
            double used = runtime.totalMemory() - runtime.freeMemory();
            return new Sample(epoch, used / (1 << 20), residentKilobytes() / 1024.0);
        }

        private static long residentKilobytes() {
            try {
                return Files.readAllLines(STATUS).stream()
                        .filter(line -> line.startsWith("VmRSS:"))
                        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                        .findFirst()
                        .orElseThrow();
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }

        String row() {
            return String.format(Locale.ROOT, "| %d | %.1f | %.1f |", epoch, heap, process);
        }
    }

    @Test
    void heapAndProcessStayAsLargeAsTheyWere() throws IOException {
        assumeTrue(Files.exists(STATUS), "needs Linux's /proc");
        TorchModule.threads(1);
        Model model = GraphText.parse(TrainerTest.SMALL);
        List<Sample> samples = new ArrayList<>();
        DirectContext context = TrainerTest.context(model).withCheckpoints(sampling(samples));
        TrainingPlan plan = new TrainingPlan(EPOCHS, 0.05, TrainerTest.REGIME.withAveraging(0.99));
        new Trainer(plan, new CrossEntropy(0), context).train(model);

        List<String> lines = new ArrayList<>();
        lines.add("| after epoch | heap, MiB | whole process, MiB |");
        lines.add("|---|---|---|");
        samples.forEach(sample -> lines.add(sample.row()));
        Files.write(Path.of("target", "memory.md"), lines);
        Sample early = samples.get(1);
        Sample last = samples.get(samples.size() - 1);
        assertThat(last.epoch()).isEqualTo(EPOCHS);
        assertThat(last.heap()).isLessThan(early.heap() + 4);
        assertThat(last.process()).isLessThan(1.05 * early.process());
    }

    private static Checkpoints sampling(List<Sample> samples) {
        return new Checkpoints() {
            private int epochs;

            @Override
            public Optional<byte[]> read(String name) {
                return Optional.empty();
            }

            @Override
            public void write(String name, byte[] content) {
                epochs++;
                if (epochs % BETWEEN == 0) {
                    samples.add(Sample.after(epochs));
                }
            }
        };
    }
}
