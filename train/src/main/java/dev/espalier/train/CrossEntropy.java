package dev.espalier.train;

import dev.espalier.core.op.TorchWriter;
import java.util.List;

/**
 * {@code -sum(q log softmax(logits))} with {@code q = (1 - smoothing) onehot(label) + smoothing /
 * K}. See Szegedy et al., Rethinking the Inception Architecture, 2016, section 7, for smoothing.
 *
 * @param smoothing share of the target that is spread over all classes, 0 for none
 */
public record CrossEntropy(double smoothing) implements Objective {
    @Override
    public String torch(String logits, String labels, List<String> teachers) {
        return "torch.cross_entropy_loss(%s, %s, None, 1, -100, %s)"
                .formatted(logits, labels, TorchWriter.real(smoothing));
    }
}
