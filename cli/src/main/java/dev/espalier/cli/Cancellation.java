package dev.espalier.cli;

import dev.espalier.core.CancelledException;
import dev.espalier.core.pass.Progress;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The user's wish to stop, from Ctrl-C or a termination signal. The JVM then runs its shutdown
 * hooks while the work goes on; ours asks the work to stop after its current step and waits for it.
 * What is on disk is whole at any moment, so giving up the wait loses no more than that step.
 */
final class Cancellation {
    private static final long PATIENCE_SECONDS = 60;

    private final AtomicBoolean asked = new AtomicBoolean();
    private final CountDownLatch finished = new CountDownLatch(1);

    boolean isAsked() {
        return asked.get();
    }

    /**
     * @throws CancelledException where the user asked to stop
     */
    void throwIfAsked() {
        if (isAsked()) {
            throw new CancelledException("stopped");
        }
    }

    /** {@code progress}, whose every step is a place to stop. */
    Progress watching(Progress progress) {
        return (name, steps, unit) -> {
            Progress.Task task = progress.begin(name, steps, unit);
            return new Progress.Task() {
                @Override
                public void advance(long count) {
                    task.advance(count);
                    if (isAsked()) {
                        throw new CancelledException("stopped during " + name);
                    }
                }

                @Override
                public void show(String words) {
                    task.show(words);
                }

                @Override
                public void close() {
                    task.close();
                }
            };
        };
    }

    /** Asks the work to stop, as Ctrl-C does. */
    void ask() {
        asked.set(true);
    }

    /** Lets Ctrl-C ask. */
    void listen(Terminal terminal) {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(terminal), "espalier-shutdown"));
    }

    /** Told by the work when nothing more will be written; the process may then end. */
    void finished() {
        finished.countDown();
    }

    private void stop(Terminal terminal) {
        if (finished.getCount() == 0) {
            return;
        }
        ask();
        terminal.say("\nstopping after the current step…");
        try {
            if (!finished.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                terminal.say("the current step takes long; ended without waiting for it");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
