package dev.espalier.testkit;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessUseTest {
    private static final int STEPS = 8;

    @TempDir private Path folder;

    private interface Step {
        void run() throws IOException;
    }

    private static ProcessUse useOf(Step step) throws IOException {
        ProcessUse use = new ProcessUse();
        for (int i = 0; i < STEPS; i++) {
            step.run();
            use.sample(i);
        }
        return use;
    }

    @Test
    void whatLeavesNothingIsFlat() throws IOException {
        useOf(() -> Files.readAllBytes(Files.write(folder.resolve("file"), new byte[1 << 20])))
                .assertIsFlat(0.1);
    }

    @Test
    void leftObjectsAreSeen() throws IOException {
        List<byte[]> left = new ArrayList<>();
        ProcessUse use = useOf(() -> left.add(new byte[2 << 20]));
        assertThatThrownBy(() -> use.assertIsFlat(10)).isInstanceOf(AssertionError.class);
        left.clear();
    }

    @Test
    void leftBuffersAreSeen() throws IOException {
        List<ByteBuffer> left = new ArrayList<>();
        ProcessUse use = useOf(() -> left.add(ByteBuffer.allocateDirect(1 << 19)));
        assertThatThrownBy(() -> use.assertIsFlat(10)).isInstanceOf(AssertionError.class);
        left.clear();
    }

    @Test
    void leftThreadsAreSeen() throws IOException {
        CountDownLatch end = new CountDownLatch(1);
        Runnable wait =
                () -> {
                    try {
                        end.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                };
        ProcessUse use = useOf(() -> new Thread(wait).start());
        end.countDown();
        assertThatThrownBy(() -> use.assertIsFlat(10)).isInstanceOf(AssertionError.class);
    }

    @Test
    void leftHandlesAreSeen() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        List<FileChannel> left = new ArrayList<>();
        ProcessUse use = useOf(() -> left.add(FileChannel.open(file)));
        for (FileChannel channel : left) {
            channel.close();
        }
        assertThatThrownBy(() -> use.assertIsFlat(10)).isInstanceOf(AssertionError.class);
    }
}
