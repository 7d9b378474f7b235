package dev.espalier.core.internal.stored;

import dev.espalier.core.ir.Shape;
import java.nio.FloatBuffer;
import java.util.Optional;

/** Examples of another source, with the numbers that a regression shall give for each. */
final class TargetedSource extends WrappedSource {
    private final Shape sample;
    private final float[] targets;
    private final int count;

    /**
     * @param sample shape of one example's targets
     * @param targets [N, ...sample]; taken over, not copied
     */
    TargetedSource(ExampleSource examples, Shape sample, float[] targets) {
        super(examples);
        this.sample = sample;
        this.targets = targets;
        this.count = Math.toIntExact(sample.elementCount());
    }

    @Override
    public Optional<Shape> targetShape() {
        return Optional.of(sample);
    }

    @Override
    public void readTarget(int index, FloatBuffer target) {
        target.put(targets, index * count, count);
    }
}
