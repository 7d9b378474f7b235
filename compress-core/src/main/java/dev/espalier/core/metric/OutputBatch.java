package dev.espalier.core.metric;

import dev.espalier.core.DataException;
import dev.espalier.core.ir.Tensor;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** What a model gave for some examples, and what it is compared with. */
public final class OutputBatch {
    private final Map<String, Tensor> outputs;
    private final int[] labels;
    private final Optional<Tensor> targets;
    private final Map<String, Tensor> originals;

    /**
     * @param outputs by name in the model's order, [N, ...] each
     * @param labels class of each of the N examples, -1 where it has none; taken over, not copied
     * @param targets what the first output shall be, float32 [N, ...]
     * @param originals the outputs of the original model by its names, in its order; empty unless a
     *     metric needs them
     */
    public OutputBatch(
            Map<String, Tensor> outputs,
            int[] labels,
            Optional<Tensor> targets,
            Map<String, Tensor> originals) {
        this.outputs = Collections.unmodifiableMap(new LinkedHashMap<>(outputs));
        this.labels = labels;
        this.targets = targets;
        this.originals = Collections.unmodifiableMap(new LinkedHashMap<>(originals));
    }

    /** By name in the model's order, [N, ...] each. */
    public Map<String, Tensor> outputs() {
        return outputs;
    }

    /** Class of each example, -1 where it has none; not to be modified. */
    public int[] labels() {
        return labels;
    }

    /** What the first output shall be, float32 [N, ...]. */
    public Optional<Tensor> targets() {
        return targets;
    }

    /** Outputs of the original model in its order; empty unless a metric needs them. */
    public Map<String, Tensor> originals() {
        return originals;
    }

    /** N, the number of examples. */
    public int size() {
        return labels.length;
    }

    /** The first output, which labels and targets speak of, [N, ...]. */
    public Tensor first() {
        return outputs.values().iterator().next();
    }

    /**
     * What the first output shall be.
     *
     * @throws DataException where the data has no targets, or of another size
     */
    public Tensor targetsLikeFirst() {
        Tensor wanted =
                targets.orElseThrow(() -> new DataException("the data has no float targets"));
        if (wanted.elementCount() != first().elementCount()) {
            throw new DataException(
                    "the output '%s' is %s, the targets are %s; expected as many numbers for each example"
                            .formatted(
                                    outputs.keySet().iterator().next(),
                                    first().type(),
                                    wanted.type()));
        }
        return wanted;
    }
}
