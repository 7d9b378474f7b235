package dev.espalier.train.loss;

import dev.espalier.core.op.spec.TorchWriter;
import dev.espalier.train.program.LossTerm;
import dev.espalier.train.program.LossWriter;

/**
 * {@code T^2 KL(p || softmax(s / T))}, averaged over the batch, for student scores s [N, K] and the
 * teachers' probabilities p at temperature T, as {@link TeacherScores} averages them. T^2 keeps the
 * gradient at the size of a cross entropy's. See Hinton et al., Distilling the Knowledge in a
 * Neural Network, 2015, section 2.
 *
 * @param temperature T, greater than 0
 */
public record SoftTargets(double temperature) implements LossTerm {
    @Override
    public String write(LossWriter writer) {
        return "torch.mul(%s, %s)"
                .formatted(
                        divergence(
                                TeacherScores.logSoftmax(writer.scores(), temperature),
                                TeacherScores.logProbabilities(writer, temperature)),
                        TorchWriter.real(temperature * temperature));
    }

    /** {@code KL(t || s)} of logarithms of probabilities [N, K], averaged over N. */
    public static String divergence(String student, String teacher) {
        int sum = 2;
        return "torch.div(torch.kl_div(%s, %s, %s, log_target=True), torch.size(%2$s, 0))"
                .formatted(student, teacher, sum);
    }
}
