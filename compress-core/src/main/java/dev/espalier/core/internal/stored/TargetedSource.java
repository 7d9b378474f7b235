package dev.espalier.core.internal.stored;

import dev.espalier.core.internal.image.Change;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.TensorType;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Map;
import java.util.Optional;

/** Examples of another source, with the numbers that a regression shall give for each. */
final class TargetedSource implements ExampleSource {
    private final ExampleSource examples;
    private final Shape sample;
    private final float[] targets;
    private final int count;

    /**
     * @param sample shape of one example's targets
     * @param targets [N, ...sample]; taken over, not copied
     */
    TargetedSource(ExampleSource examples, Shape sample, float[] targets) {
        this.examples = examples;
        this.sample = sample;
        this.targets = targets;
        this.count = Math.toIntExact(sample.elementCount());
    }

    @Override
    public int size() {
        return examples.size();
    }

    @Override
    public int label(int index) {
        return examples.label(index);
    }

    @Override
    public Optional<Shape> targetShape() {
        return Optional.of(sample);
    }

    @Override
    public void readTarget(int index, FloatBuffer target) {
        target.put(targets, index * count, count);
    }

    @Override
    public Map<String, TensorType> sampleTypes() {
        return examples.sampleTypes();
    }

    @Override
    public int colourChannels() {
        return examples.colourChannels();
    }

    @Override
    public void read(int index, String input, Change change, ByteBuffer target) {
        examples.read(index, input, change, target);
    }
}
