package dev.espalier.distill;

import dev.espalier.core.op.spec.TorchWriter;
import dev.espalier.train.loss.SoftTargets;
import dev.espalier.train.loss.TeacherScores;
import dev.espalier.train.program.LossTerm;
import dev.espalier.train.program.LossWriter;
import dev.espalier.train.program.Truth;

/**
 * Soft targets in two parts: how sure the teacher is of the label's class c, and how it ranks the
 * others.
 *
 * <pre>
 *   T^2 (alpha KL(b_t || b_s) + beta KL(q_t || q_s)), averaged over the batch
 *   b = [p_c, 1 - p_c]                 p = softmax(scores / T)
 *   q_k = p_k / (1 - p_c), k != c
 * </pre>
 *
 * <p>{@code KL(p_t || p_s) = KL(b_t || b_s) + (1 - p_t,c) KL(q_t || q_s)}: plain soft targets
 * silence the second part where the teacher is sure, which is what {@code beta} undoes. See Zhao et
 * al., Decoupled Knowledge Distillation, 2022, section 3. Class c is left out of q exactly, not by
 * a large number taken off its score; their warm-up of the weight over 20 epochs is not taken over.
 *
 * @param temperature T, greater than 0
 * @param alpha weight of the label's class against all others
 * @param beta weight of the others among themselves
 */
record DecoupledTargets(double temperature, double alpha, double beta) implements LossTerm {
    /** So far below any score that its exponential is 0, and finite, so that gradients are. */
    private static final String OUT = "-1.0e+30";

    @Override
    public Truth truth() {
        return Truth.CLASSES;
    }

    @Override
    public String write(LossWriter writer) {
        String student = writer.let(TeacherScores.logSoftmax(writer.scores(), temperature));
        String teacher = TeacherScores.logProbabilities(writer, temperature);
        long classes = writer.shape(writer.network().graph().outputs().get(0).name()).size(1);
        double square = temperature * temperature;
        return writer.labelled(
                labels -> {
                    String mask =
                            writer.let(
                                    "torch.to(torch.one_hot(%s, %s), 11)"
                                            .formatted(labels, classes));
                    Parts s = Parts.of(writer, student, mask, labels);
                    Parts t = Parts.of(writer, teacher, mask, labels);
                    return "torch.add(torch.mul(%s, %s), torch.mul(%s, %s))"
                            .formatted(
                                    SoftTargets.divergence(s.target, t.target),
                                    TorchWriter.real(alpha * square),
                                    SoftTargets.divergence(s.others, t.others),
                                    TorchWriter.real(beta * square));
                });
    }

    /**
     * Variables of the logarithms of the two parts.
     *
     * @param target of b, [N, 2]
     * @param others of q, [N, K], 0 at the label's class, so that it adds nothing to a divergence
     */
    private record Parts(String target, String others) {
        /**
         * @param log of p, [N, K]
         * @param mask true at the label's class, [N, K]
         */
        static Parts of(LossWriter writer, String log, String mask, String labels) {
            String rest = writer.let("torch.masked_fill(%s, %s, %s)".formatted(log, mask, OUT));
            String target =
                    "torch.cat([torch.gather(%s, 1, torch.unsqueeze(%s, 1)), torch.logsumexp(%s, [1], True)], 1)"
                            .formatted(log, labels, rest);
            String others =
                    "torch.masked_fill(torch.log_softmax(%s, 1), %s, 0.)".formatted(rest, mask);
            return new Parts(writer.let(target), writer.let(others));
        }
    }
}
