package dev.espalier.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.pass.Checkpoints;
import dev.espalier.core.pass.PassContext;
import dev.espalier.testkit.ProcessUse;
import dev.espalier.train.internal.torch.TorchModule;
import dev.espalier.train.loss.CrossEntropy;
import dev.espalier.train.run.TrainingPlan;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Memory, threads and handles over a long training, and a table of them in target/memory.md: 24
 * epochs, or 200 with {@code -Despalier.endurance=true}.
 */
class MemoryTest {
    private static final boolean LONG = Boolean.getBoolean("espalier.endurance");
    private static final int EPOCHS = LONG ? 200 : 24;
    private static final int BETWEEN = LONG ? 8 : 2;

    /** What the JVM compiles and the libraries set up at first is no leak. */
    private static final int WARM_UP = LONG ? 40 : 8;

    private int threads;

    @BeforeEach
    void trainOnOneThread() {
        threads = TorchModule.threads();
        TorchModule.threads(1);
    }

    @AfterEach
    void trainAsBefore() {
        TorchModule.threads(threads);
    }

    @Test
    void anEpochLeavesNothingBehind() throws IOException {
        Model model = GraphText.parse(TrainerTest.SMALL);
        ProcessUse use = new ProcessUse();
        Sampling sampling = new Sampling(use);
        PassContext context = TrainerTest.context(model).withCheckpoints(sampling);
        TrainingPlan plan = new TrainingPlan(EPOCHS, 0.05, TrainerTest.REGIME.withAveraging(0.99));
        new Trainer(plan, new CrossEntropy(0), context).train(model);

        Files.write(Path.of("target", "memory.md"), use.table("after epoch"));
        assertThat(sampling.epochs).isEqualTo(EPOCHS);
        use.assertIsFlat(0.05);
    }

    /** A training writes a checkpoint after each epoch. */
    private static final class Sampling implements Checkpoints {
        private final ProcessUse use;
        private int epochs;

        Sampling(ProcessUse use) {
            this.use = use;
        }

        @Override
        public Optional<byte[]> read(String name) {
            return Optional.empty();
        }

        @Override
        public void write(String name, byte[] content) {
            epochs++;
            if (epochs < WARM_UP || epochs % BETWEEN != 0) {
                return;
            }
            try {
                use.sample(epochs);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
