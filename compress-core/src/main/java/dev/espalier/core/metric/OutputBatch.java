package dev.espalier.core.metric;

import dev.espalier.core.DataException;
import dev.espalier.core.ir.Tensor;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a model gave for some examples, and what it is compared with.
 *
 * @param outputs by name in the model's order, [N, ...] each
 * @param labels class of each of the N examples, -1 where it has none; not to be modified
 * @param targets what the first output shall be, float32 [N, ...]
 * @param originals the outputs of the original model by its names, in its order; empty unless a
 *     metric needs them
 */
public record OutputBatch(
        Map<String, Tensor> outputs,
        int[] labels,
        Optional<Tensor> targets,
        Map<String, Tensor> originals) {
    public OutputBatch {
        outputs = Collections.unmodifiableMap(new LinkedHashMap<>(outputs));
        originals = Collections.unmodifiableMap(new LinkedHashMap<>(originals));
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
