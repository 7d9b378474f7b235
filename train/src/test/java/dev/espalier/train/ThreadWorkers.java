package dev.espalier.train;

import dev.espalier.core.CancelledException;
import dev.espalier.core.pass.Workers;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** Workers that are threads of this process, each of which may be made to die. */
public final class ThreadWorkers implements Workers {
    /** What a worker needs in order to take part. */
    public record Part(Workers workers, BooleanSupplier cancellation) {}

    private final Consumer<Part> work;
    private final int[] lives;
    private final List<Integer> started = new ArrayList<>();
    private final AtomicInteger closed = new AtomicInteger();

    /**
     * @param work what a worker does
     * @param lives how often each further worker is asked between two steps before it dies; those
     *     behind the last do not
     */
    public ThreadWorkers(Consumer<Part> work, int... lives) {
        this.work = work;
        this.lives = lives;
    }

    /** The index of each that was started. */
    public List<Integer> started() {
        return started;
    }

    /** How many were closed. */
    public int closed() {
        return closed.get();
    }

    @Override
    public Optional<Line> leader() {
        return Optional.empty();
    }

    @Override
    public Worker start(int index, int count) {
        int life = started.size() < lives.length ? lives[started.size()] : Integer.MAX_VALUE;
        started.add(index);
        return new Ends(life);
    }

    /** Both ends of the line to one worker. */
    private final class Ends implements Worker {
        private final BlockingQueue<Optional<String>> told = new LinkedBlockingQueue<>();
        private final BlockingQueue<Optional<String>> said = new LinkedBlockingQueue<>();
        private final CountDownLatch end = new CountDownLatch(1);
        private final AtomicInteger life;
        private volatile boolean stopped;

        Ends(int life) {
            this.life = new AtomicInteger(life);
            Thread thread = new Thread(this::live, "worker");
            thread.setDaemon(true);
            thread.start();
        }

        private void live() {
            try {
                work.accept(
                        new Part(new Inside(this), () -> stopped || life.decrementAndGet() < 0));
            } catch (CancelledException | IllegalStateException e) {
                // Dead, stopped, or broken by its data.
            } finally {
                end.countDown();
                said.add(Optional.empty());
            }
        }

        @Override
        public void send(String text) {
            told.add(Optional.of(text));
        }

        @Override
        public Optional<String> receive() {
            return take(said);
        }

        @Override
        public String ending() {
            return "exit code 137";
        }

        @Override
        public String log() {
            return "worker.log";
        }

        @Override
        public void close() {
            closed.incrementAndGet();
            stopped = true;
            told.add(Optional.empty());
            try {
                end.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** What a worker sees. */
    private record Inside(Ends ends) implements Workers, Workers.Line {
        @Override
        public Optional<Line> leader() {
            return Optional.of(this);
        }

        @Override
        public Worker start(int index, int count) {
            throw new AssertionError("a worker starts none");
        }

        @Override
        public void send(String text) {
            ends.said.add(Optional.of(text));
        }

        @Override
        public Optional<String> receive() {
            return take(ends.told);
        }
    }

    private static Optional<String> take(BlockingQueue<Optional<String>> queue) {
        try {
            return queue.take();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }
}
