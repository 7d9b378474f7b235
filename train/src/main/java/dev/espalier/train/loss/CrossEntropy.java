package dev.espalier.train.loss;

import dev.espalier.core.op.spec.TorchWriter;
import dev.espalier.train.program.LossWriter;
import dev.espalier.train.program.Objective;
import dev.espalier.train.program.Truth;

/**
 * {@code -sum(q log softmax(scores))} of the first output with {@code q = (1 - smoothing)
 * onehot(label) + smoothing / K}. See Szegedy et al., Rethinking the Inception Architecture, 2016,
 * section 7, for smoothing.
 *
 * @param smoothing share of the target that is spread over all classes, 0 for none
 */
public record CrossEntropy(double smoothing) implements Objective {
    @Override
    public Truth truth() {
        return Truth.CLASSES;
    }

    @Override
    public String write(LossWriter writer) {
        return of(writer, writer.scores());
    }

    /** The same of any scores [N, K], given by their variable. */
    String of(LossWriter writer, String scores) {
        return writer.labelled(
                labels ->
                        "torch.cross_entropy_loss(%s, %s, None, 1, -100, %s)"
                                .formatted(scores, labels, TorchWriter.real(smoothing)));
    }
}
