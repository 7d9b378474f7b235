package dev.espalier.train.program;

import dev.espalier.core.op.TorchWriter;

/**
 * {@code -sum(q log softmax(scores))} of the first output with {@code q = (1 - smoothing)
 * onehot(label) + smoothing / K}. See Szegedy et al., Rethinking the Inception Architecture, 2016,
 * section 7, for smoothing.
 *
 * @param smoothing share of the target that is spread over all classes, 0 for none
 */
public record CrossEntropy(double smoothing) implements Objective {
    @Override
    public String write(LossWriter writer) {
        return writer.labelled(
                labels ->
                        "torch.cross_entropy_loss(%s, %s, None, 1, -100, %s)"
                                .formatted(writer.scores(), labels, TorchWriter.real(smoothing)));
    }
}
