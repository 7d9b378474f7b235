package dev.espalier.distill;

import dev.espalier.core.ir.Model;
import dev.espalier.core.op.TorchWriter;
import dev.espalier.train.program.LossWriter;
import dev.espalier.train.program.Objective;
import java.util.List;

/**
 * {@code (1 - a) CE(s, label) + a T^2 KL(softmax(t / T) || softmax(s / T))}, averaged over the
 * batch, for student scores s [N, K] and teacher scores t [N, K]. T^2 keeps the gradient of the
 * second term at the size of the first's. See Hinton et al., Distilling the Knowledge in a Neural
 * Network, 2015, section 2.
 *
 * @param teacher whose first output is t
 * @param temperature T, greater than 0
 * @param weight a, 0 to 1
 */
record DistillationLoss(Model teacher, double temperature, double weight) implements Objective {
    private static final int SUM = 2;

    @Override
    public List<Model> teachers() {
        return List.of(teacher);
    }

    @Override
    public String write(LossWriter writer) {
        String student = writer.scores();
        String soft =
                "torch.div(torch.kl_div(%s, %s, %d, log_target=True), torch.size(%s, 0))"
                        .formatted(logSoftmax(student), logSoftmax(writer.scores(0)), SUM, student);
        String hard =
                writer.labelled(
                        labels -> "torch.cross_entropy_loss(" + student + ", " + labels + ")");
        return "torch.add(torch.mul(%s, %s), torch.mul(%s, %s))"
                .formatted(
                        hard,
                        TorchWriter.real(1 - weight),
                        soft,
                        TorchWriter.real(weight * temperature * temperature));
    }

    private String logSoftmax(String scores) {
        return "torch.log_softmax(torch.div(%s, %s), 1)"
                .formatted(scores, TorchWriter.real(temperature));
    }
}
