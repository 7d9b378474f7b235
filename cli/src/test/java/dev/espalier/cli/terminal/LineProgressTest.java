package dev.espalier.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.pass.Progress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LineProgressTest {
    private final List<String> lines = new ArrayList<>();
    private final AtomicLong seconds = new AtomicLong();
    private final Progress progress =
            new LineProgress(lines::add, () -> seconds.get() * 1_000_000_000);

    @Test
    void tellsTheTimeLeftEveryFiveSeconds() {
        try (Progress.Task task = progress.begin("epoch 1 of 2", 100, "images")) {
            seconds.set(3);
            task.advance(10);
            seconds.set(6);
            task.show("loss 0.5");
            task.advance(10);
            seconds.set(10);
            task.advance(10);
            seconds.set(30);
            task.advance(70);
        }
        assertThat(lines)
                .containsExactly(
                        "  epoch 1 of 2: 20 of 100 images (20 %), 24.0 s left; loss 0.5",
                        "  epoch 1 of 2: 100 images in 30.0 s; loss 0.5");
    }

    @Test
    void whatWasDoneEarlierSaysNothingOfTheTimeLeft() {
        try (Progress.Task task = progress.begin("epoch 1 of 2", 60, 100, "images")) {
            seconds.set(6);
            task.advance(20);
            seconds.set(12);
            task.advance(20);
        }
        assertThat(lines)
                .containsExactly(
                        "  epoch 1 of 2: 80 of 100 images (80 %), 6.00 s left",
                        "  epoch 1 of 2: 40 images in 12.0 s");
    }

    @Test
    void shortWorkSaysNothing() {
        try (Progress.Task task = progress.begin("evaluate", 10, "examples")) {
            seconds.set(1);
            task.advance(10);
        }
        assertThat(lines).isEmpty();
    }
}
