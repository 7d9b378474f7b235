package dev.espalier.core.data;

import dev.espalier.core.ir.Tensor;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Some examples, stacked along a new first axis, with their class labels or float targets. */
public final class Batch {
    private final Map<String, Tensor> inputs;
    private final int[] labels;
    private final Optional<Tensor> targets;
    private final List<ByteBuffer> memory;

    /**
     * @param inputs by the name of the model input they feed; first axis of each is the batch
     * @param labels class of each example, or -1 where it has none; taken over, not copied
     */
    public Batch(Map<String, Tensor> inputs, int[] labels) {
        this(inputs, labels, Optional.empty(), List.of());
    }

    /**
     * Examples of a regression: without labels.
     *
     * @param targets what the first output shall be, float32 [N, ...]
     */
    public Batch(Map<String, Tensor> inputs, Tensor targets) {
        this(inputs, none(targets), Optional.of(targets), List.of());
    }

    private static int[] none(Tensor targets) {
        int[] labels = new int[Math.toIntExact(targets.shape().size(0))];
        Arrays.fill(labels, -1);
        return labels;
    }

    /**
     * @param memory in which the inputs lie, to be used again when the batch is done with
     */
    public Batch(
            Map<String, Tensor> inputs,
            int[] labels,
            Optional<Tensor> targets,
            List<ByteBuffer> memory) {
        this.inputs = Collections.unmodifiableMap(new LinkedHashMap<>(inputs));
        this.labels = labels;
        this.targets = targets;
        this.memory = List.copyOf(memory);
    }

    public Map<String, Tensor> inputs() {
        return inputs;
    }

    /** Class of each example, -1 where it has none; not to be modified. */
    public int[] labels() {
        return labels;
    }

    /** What the first output of a regression shall be, float32 [N, ...]. */
    public Optional<Tensor> targets() {
        return targets;
    }

    public int size() {
        return labels.length;
    }

    List<ByteBuffer> memory() {
        return memory;
    }
}
