package dev.espalier.core.data;

import dev.espalier.core.ir.Tensor;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Some examples, stacked along a new first axis, with their class labels. */
public final class Batch {
    private final Map<String, Tensor> inputs;
    private final int[] labels;
    private final List<ByteBuffer> memory;

    /**
     * @param inputs by the name of the model input they feed; first axis of each is the batch
     * @param labels class of each example, or -1 where it has none; taken over, not copied
     */
    public Batch(Map<String, Tensor> inputs, int[] labels) {
        this(inputs, labels, List.of());
    }

    /**
     * @param memory in which the inputs lie, to be used again when the batch is done with
     */
    Batch(Map<String, Tensor> inputs, int[] labels, List<ByteBuffer> memory) {
        this.inputs = Collections.unmodifiableMap(new LinkedHashMap<>(inputs));
        this.labels = labels;
        this.memory = List.copyOf(memory);
    }

    public Map<String, Tensor> inputs() {
        return inputs;
    }

    /** Class of each example, -1 where it has none; not to be modified. */
    public int[] labels() {
        return labels;
    }

    public int size() {
        return labels.length;
    }

    List<ByteBuffer> memory() {
        return memory;
    }
}
