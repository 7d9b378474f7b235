package dev.espalier.train.internal.joint;

import dev.espalier.core.CancelledException;
import dev.espalier.core.CompressionException;
import dev.espalier.core.pass.PassContext;
import dev.espalier.train.internal.run.TrainingRun;
import dev.espalier.train.internal.run.TrainingState;
import java.util.ArrayList;
import java.util.List;

/**
 * One network after the other, each with all threads. An epoch that fails is begun again from the
 * network's last good state, while the others wait.
 */
final class SequentialEpochs implements EpochRunner {
    private final List<TrainingRun> runs;
    private final PassContext context;

    SequentialEpochs(List<TrainingRun> runs, PassContext context) {
        this.runs = runs;
        this.context = context;
    }

    @Override
    public List<TrainingState> train(int epoch, List<TrainingState> from) {
        EpochRetries retries = new EpochRetries(context, epoch, runs.size());
        List<TrainingState> trained = new ArrayList<>();
        for (int i = 0; i < runs.size(); i++) {
            trained.add(
                    runs.size() == 1
                            ? runs.get(i).until(epoch, from.get(i))
                            : trained(i, epoch, from.get(i), retries));
        }
        return trained;
    }

    private TrainingState trained(int i, int epoch, TrainingState from, EpochRetries retries) {
        TrainingRun run = runs.get(i);
        TrainingState state = from;
        while (true) {
            try {
                return run.until(epoch, state);
            } catch (CancelledException e) {
                throw e;
            } catch (RuntimeException e) {
                if (e instanceof CompressionException known && !EpochRetries.mayPass(e)) {
                    throw known.at(retries.name(i));
                }
                retries.add(
                        i, e instanceof CompressionException ? e.getMessage() : e.toString(), e);
                state = run.latest(from);
            }
        }
    }
}
