package dev.espalier.train.internal.joint;

import dev.espalier.train.internal.run.TrainingState;
import java.util.List;

/** How several trainings that go side by side get through an epoch. */
interface EpochRunner extends AutoCloseable {
    /**
     * Trains each to the end of an epoch.
     *
     * @param epoch counted from 1
     * @param from where each stands: after the epoch before, or already after this one
     */
    List<TrainingState> train(int epoch, List<TrainingState> from);

    @Override
    default void close() {}
}
