package dev.espalier.core.data;

import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.TensorType;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

/** Some examples of another dataset. */
final class ChosenExamples implements Dataset {
    private final Dataset all;
    private final int[] chosen;

    /**
     * @param chosen indices into {@code all}; taken over, not copied
     */
    ChosenExamples(Dataset all, int[] chosen) {
        this.all = all;
        this.chosen = chosen;
    }

    @Override
    public int size() {
        return chosen.length;
    }

    @Override
    public int classes() {
        return all.classes();
    }

    @Override
    public Optional<Shape> targetShape() {
        return all.targetShape();
    }

    @Override
    public Map<String, TensorType> sampleTypes() {
        return all.sampleTypes();
    }

    @Override
    public boolean isRepeatable() {
        return all.isRepeatable();
    }

    @Override
    public Batch batch(int[] indices, Augmentation augmentation, long seed) {
        int[] there = Arrays.stream(indices).map(index -> chosen[index]).toArray();
        return all.batch(there, augmentation, seed);
    }
}
