package dev.espalier.train.internal.joint;

import dev.espalier.core.CancelledException;
import dev.espalier.core.CompressionException;
import dev.espalier.core.DataException;
import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.OutputException;
import dev.espalier.core.PassFailedException;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.Progress;
import dev.espalier.train.internal.run.TrainingRun;
import dev.espalier.train.internal.run.TrainingState;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * Networks at once, in processes of their own with a part of the machine's threads each. A process
 * takes the next network as soon as it has none; where it dies its network is given to a new one,
 * which goes on from the network's last snapshot.
 */
final class ParallelEpochs implements EpochRunner {
    private static final long MILLIS_BETWEEN_LOOKS = 200;

    private final List<TrainingRun> runs;
    private final PassContext context;
    private final BlockingQueue<WorkerProcess.Heard> heard = new LinkedBlockingQueue<>();
    private final List<WorkerProcess> processes = new ArrayList<>();

    /**
     * @param count of processes, at most that of networks
     */
    ParallelEpochs(List<TrainingRun> runs, PassContext context, int count) {
        this.runs = runs;
        this.context = context;
        for (int i = 0; i < count; i++) {
            processes.add(new WorkerProcess(i, count, context.workers(), heard));
        }
    }

    @Override
    public List<TrainingState> train(int epoch, List<TrainingState> from) {
        List<Integer> behind =
                IntStream.range(0, runs.size())
                        .filter(i -> from.get(i).epoch() < epoch)
                        .boxed()
                        .toList();
        if (behind.isEmpty()) {
            return from;
        }
        String name = "epoch %s of %s, %s processes".formatted(epoch, epochs(), processes.size());
        long images = behind.stream().mapToLong(i -> runs.get(i).images()).sum();
        try (Progress.Task task = context.progress().begin(name, images, "images")) {
            carryOut(epoch, behind, new JointProgress(task, runs.size()));
        }
        List<TrainingState> trained = new ArrayList<>(from);
        for (int i : behind) {
            trained.set(i, reached(i, epoch, from.get(i)));
            runs.get(i).plot(trained.get(i));
        }
        return trained;
    }

    private int epochs() {
        return runs.get(0).epochs();
    }

    private void carryOut(int epoch, List<Integer> behind, JointProgress progress) {
        EpochRetries retries = new EpochRetries(context, epoch, runs.size());
        Deque<Integer> waiting = new ArrayDeque<>(behind);
        int left = behind.size();
        while (left > 0) {
            for (WorkerProcess process : processes) {
                if (process.network() == WorkerProcess.IDLE && !waiting.isEmpty()) {
                    process.train(waiting.remove(), epoch);
                }
            }
            WorkerProcess.Heard next = next();
            context.checkCancelled();
            if (next == null || !next.process().isNow(next.worker())) {
                continue;
            }
            WorkerProcess process = next.process();
            int network = process.network();
            if (next.message().isEmpty()) {
                String reason = process.gone();
                if (network == WorkerProcess.IDLE) {
                    context.note("a process without a network failed, since " + reason);
                } else {
                    retries.add(network, reason, null);
                    waiting.addFirst(network);
                }
                continue;
            }
            WorkerMessage message = next.message().get();
            switch (message.verb()) {
                case AT -> progress.at(message.network(), message.number(), message.words());
                case DONE -> {
                    progress.at(network, runs.get(network).images(), "");
                    process.done();
                    left--;
                }
                case BROKE -> process.breaks(message.words());
                case FAILED -> throw failure(message.words()).at(retries.name(message.network()));
                default -> {}
            }
        }
    }

    private WorkerProcess.Heard next() {
        try {
            return heard.poll(MILLIS_BETWEEN_LOOKS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancelledException("stopped while processes were training", e);
        }
    }

    /** What a network's process left in the network's checkpoint. */
    private TrainingState reached(int i, int epoch, TrainingState from) {
        TrainingState state = runs.get(i).latest(from);
        if (state.epoch() != epoch) {
            throw new OutputException(
                    "network %s of %s: its snapshot after epoch %s is missing or damaged; run again with --resume"
                            .formatted(i + 1, runs.size(), epoch));
        }
        return state;
    }

    /** The error that a process told of, as the kind that it was there. */
    private static CompressionException failure(String words) {
        String[] parts = words.split(" ", 2);
        String message = parts.length > 1 ? parts[1] : words;
        return switch (parts[0]) {
            case "InvalidOptionException" -> new InvalidOptionException(message);
            case "DataException" -> new DataException(message);
            case "OutputException" -> new OutputException(message, null);
            default -> new PassFailedException(message);
        };
    }

    @Override
    public void close() {
        processes.forEach(WorkerProcess::close);
    }
}
