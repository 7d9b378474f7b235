package dev.espalier.train.internal.joint;

import dev.espalier.core.pass.Workers;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;

/**
 * One of the processes that trainings are spread over, as the leader has it. It may end and be
 * started again.
 */
final class WorkerProcess implements AutoCloseable {
    /** No network. */
    static final int IDLE = -1;

    /**
     * Something that a process said.
     *
     * @param worker that said it
     * @param message empty where it is gone
     */
    record Heard(WorkerProcess process, Workers.Worker worker, Optional<WorkerMessage> message) {}

    private final int index;
    private final int count;
    private final Workers workers;
    private final BlockingQueue<Heard> heard;
    private Workers.Worker worker;
    private int network = IDLE;
    private String reason = "";

    /**
     * @param index of the process, from 0
     * @param count of all
     * @param heard takes what it says
     */
    WorkerProcess(int index, int count, Workers workers, BlockingQueue<Heard> heard) {
        this.index = index;
        this.count = count;
        this.workers = workers;
        this.heard = heard;
    }

    /** The network that it trains, or {@link #IDLE}. */
    int network() {
        return network;
    }

    /** Has it train a network, in a new process where there is none. */
    void train(int next, int epoch) {
        if (worker == null) {
            Workers.Worker started = workers.start(index, count);
            worker = started;
            Thread listener = new Thread(() -> listen(started), "espalier-worker-" + (index + 1));
            listener.setDaemon(true);
            listener.start();
        }
        network = next;
        reason = "";
        worker.send(WorkerMessage.of(WorkerMessage.Verb.TRAIN, next, epoch).toLine());
    }

    private void listen(Workers.Worker speaker) {
        for (Optional<String> line = speaker.receive();
                line.isPresent();
                line = speaker.receive()) {
            WorkerMessage.read(line.get())
                    .ifPresent(
                            message -> heard.add(new Heard(this, speaker, Optional.of(message))));
        }
        heard.add(new Heard(this, speaker, Optional.empty()));
    }

    /** Whether {@code speaker} is the process of now, and not one that ended before. */
    boolean isNow(Workers.Worker speaker) {
        return speaker == worker;
    }

    /** Its network is done. */
    void done() {
        network = IDLE;
    }

    /** It said why it will end. */
    void breaks(String why) {
        reason = why;
    }

    /** Its process is gone; tells why. */
    String gone() {
        String ending = worker.ending();
        String why =
                reason.isEmpty()
                        ? "its process ended with %s; its log is %s".formatted(ending, worker.log())
                        : reason;
        worker.close();
        worker = null;
        network = IDLE;
        return why;
    }

    @Override
    public void close() {
        if (worker != null) {
            worker.send(WorkerMessage.of(WorkerMessage.Verb.END, 0, 0).toLine());
            worker.close();
            worker = null;
        }
    }
}
