package dev.espalier.core.internal.stored;

import dev.espalier.core.internal.image.Change;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.TensorType;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Map;
import java.util.Optional;

/** Examples of another source; what a kind of it changes, it overrides. */
abstract class WrappedSource implements ExampleSource {
    private final ExampleSource examples;

    WrappedSource(ExampleSource examples) {
        this.examples = examples;
    }

    /** The other source. */
    final ExampleSource examples() {
        return examples;
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
        return examples.targetShape();
    }

    @Override
    public void readTarget(int index, FloatBuffer target) {
        examples.readTarget(index, target);
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
