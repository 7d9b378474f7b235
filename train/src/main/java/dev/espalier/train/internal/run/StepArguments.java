package dev.espalier.train.internal.run;

import dev.espalier.core.DataException;
import dev.espalier.core.data.Batch;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.train.program.Mixtures;
import dev.espalier.train.program.Truth;
import java.util.List;
import java.util.Optional;

/**
 * Puts together what a program's {@code step} is called with: inputs, labels, learning rate, and
 * where the program asks for them a mixture and the teachers' answers.
 *
 * @param truth what the loss reads of the examples
 */
record StepArguments(
        Model model, Truth truth, Optional<Mixtures> mixtures, Optional<TeacherAnswers> answers) {
    /**
     * @param indices of the batch's examples in the dataset
     * @param step counted from 0 over all epochs
     */
    List<Tensor> of(Batch batch, int[] indices, long step, double rate) {
        List<Tensor> arguments = TrainingData.inputs(model, batch);
        arguments.add(truth == Truth.NUMBERS ? batch.targets().orElseThrow() : labels(batch));
        arguments.add(Tensor.ofFloats(Shape.of(1), (float) rate));
        mixtures.ifPresent(each -> arguments.add(each.at(step).toTensor()));
        answers.ifPresent(each -> arguments.addAll(each.of(indices)));
        return arguments;
    }

    private Tensor labels(Batch batch) {
        long[] labels = new long[batch.size()];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = batch.labels()[i];
            if (labels[i] < 0 && truth == Truth.CLASSES) {
                throw new DataException("the training split has examples without a label");
            }
        }
        return Tensor.ofLongs(Shape.of(labels.length), labels);
    }
}
