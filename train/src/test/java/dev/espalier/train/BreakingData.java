package dev.espalier.train;

import dev.espalier.core.data.Augmentation;
import dev.espalier.core.data.Batch;
import dev.espalier.core.data.DataSplits;
import dev.espalier.core.data.Dataset;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.pass.PassContext;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/** Examples whose batches cannot be made at some calls, as when native memory is short. */
public record BreakingData(Dataset data, Set<Integer> calls, AtomicInteger call)
        implements Dataset {
    /** Which calls break, counted from 0. */
    public BreakingData(Integer... calls) {
        this(PatternImages.splits(256, 4, 8).training(), Set.of(calls), new AtomicInteger());
    }

    @Override
    public int size() {
        return data.size();
    }

    @Override
    public int classes() {
        return data.classes();
    }

    @Override
    public Map<String, TensorType> sampleTypes() {
        return data.sampleTypes();
    }

    @Override
    public Batch batch(int[] indices, Augmentation augmentation, long seed) {
        if (calls.contains(call.getAndIncrement())) {
            throw new IllegalStateException("no memory");
        }
        return data.batch(indices, augmentation, seed);
    }

    /** A context of {@link TrainerTest#SMALL} that trains on them. */
    public PassContext context() {
        DataSplits splits = PatternImages.splits(256, 4, 8);
        return TrainerTest.context(GraphText.parse(TrainerTest.SMALL))
                .withData(
                        new DataSplits(
                                this, splits.calibration(), splits.validation(), splits.test()));
    }
}
