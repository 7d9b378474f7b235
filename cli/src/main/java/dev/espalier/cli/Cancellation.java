package dev.espalier.cli;

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
    private volatile Thread worker;

    boolean isAsked() {
        return asked.get();
    }

    /** Asks the work to stop, as Ctrl-C does. */
    void ask() {
        asked.set(true);
    }

    /** Lets Ctrl-C ask; the calling thread is the one that works. */
    void listen(Terminal terminal) {
        worker = Thread.currentThread();
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
        // A measurement in forked JVMs watches the interrupt; steps of training watch the flag.
        worker.interrupt();
        try {
            if (!finished.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                terminal.say("the current step takes long; ended without waiting for it");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
