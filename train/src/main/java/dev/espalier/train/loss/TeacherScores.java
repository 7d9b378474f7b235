package dev.espalier.train.loss;

import dev.espalier.core.op.spec.TorchWriter;
import dev.espalier.train.program.LossWriter;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** What the teachers of a loss say together. */
public final class TeacherScores {
    private TeacherScores() {}

    /**
     * The variable of {@code log(mean_i softmax(t_i / T))}, [N, K], of the teachers' first outputs
     * t_i: their probabilities are averaged, so that a teacher that is sure counts for more than
     * one that is not. See Hinton et al., 2015, section 3: "the arithmetic mean of their individual
     * predictive distributions".
     */
    public static String logProbabilities(LossWriter writer, double temperature) {
        List<String> each =
                each(writer, teacher -> logSoftmax(writer.scores(teacher), temperature));
        return writer.let(
                each.size() == 1
                        ? each.get(0)
                        : "torch.sub(torch.logsumexp(%s, [0]), %s)"
                                .formatted(stack(each), TorchWriter.real(Math.log(each.size()))));
    }

    /** The variable of the mean of the teachers' outputs at one place. */
    public static String output(LossWriter writer, int place) {
        List<String> each =
                each(
                        writer,
                        teacher ->
                                writer.teacher(
                                        teacher,
                                        writer.teacherNetwork(teacher)
                                                .graph()
                                                .outputs()
                                                .get(place)
                                                .name()));
        return each.size() == 1 ? each.get(0) : writer.let("torch.mean(" + stack(each) + ", [0])");
    }

    /** {@code log softmax(scores / T)} over the classes. */
    public static String logSoftmax(String scores, double temperature) {
        return "torch.log_softmax(torch.div(%s, %s), 1)"
                .formatted(scores, TorchWriter.real(temperature));
    }

    private static List<String> each(LossWriter writer, IntFunction<String> expression) {
        return IntStream.range(0, writer.teachers()).mapToObj(expression).toList();
    }

    private static String stack(List<String> expressions) {
        return expressions.stream().collect(Collectors.joining(", ", "torch.stack([", "], 0)"));
    }
}
