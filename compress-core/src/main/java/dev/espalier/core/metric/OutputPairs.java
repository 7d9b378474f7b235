package dev.espalier.core.metric;

import dev.espalier.core.DataException;
import dev.espalier.core.ir.Tensor;
import java.util.ArrayList;
import java.util.List;

/** Each output beside that of the original model at the same position. */
final class OutputPairs {
    private OutputPairs() {}

    /** Takes the numbers of one output. */
    @FunctionalInterface
    interface Visitor {
        /**
         * @param output its position
         * @param original N times {@code width} numbers
         * @param found as many
         * @param width numbers for one example
         */
        void visit(int output, double[] original, double[] found, int width);
    }

    static void visit(OutputBatch batch, Visitor visitor) {
        List<Tensor> originals = new ArrayList<>(batch.originals().values());
        List<String> names = new ArrayList<>(batch.outputs().keySet());
        if (originals.size() != names.size()) {
            throw new DataException(
                    "the original has the outputs %s, this model has %s; expected as many"
                            .formatted(batch.originals().keySet(), names));
        }
        for (int i = 0; i < names.size(); i++) {
            Tensor found = batch.outputs().get(names.get(i));
            Tensor original = originals.get(i);
            if (!found.shape().equals(original.shape())) {
                throw new DataException(
                        "the output '%s' is %s, of the original %s; they cannot be compared"
                                .formatted(names.get(i), found.type(), original.type()));
            }
            double[] numbers = found.toDoubles();
            visitor.visit(i, original.toDoubles(), numbers, numbers.length / batch.size());
        }
    }
}
