package dev.espalier.distill;

import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Value;
import dev.espalier.train.loss.TeacherScores;
import dev.espalier.train.program.LossTerm;
import dev.espalier.train.program.LossWriter;
import java.util.List;
import java.util.stream.IntStream;

/**
 * {@code sum_o mean (s_o - t_o)^2} over the float outputs o, with the mean of all elements of each
 * output, and t_o the mean of the teachers' outputs: for classifiers a stricter teacher than
 * probabilities, for all other networks the one there is. Nekrasov et al., Fast Neural Architecture
 * Search of Compact Semantic Segmentation Models via Auxiliary Cells, 2019, add it to cross entropy
 * with a weight of 0.3.
 */
record RawScores() implements LossTerm {
    @Override
    public String write(LossWriter writer) {
        List<Value> outputs = writer.network().graph().outputs();
        return places(writer.network())
                .mapToObj(
                        place ->
                                "torch.mse_loss(%s, %s)"
                                        .formatted(
                                                writer.value(outputs.get(place).name()),
                                                TeacherScores.output(writer, place)))
                .reduce((sum, part) -> "torch.add(" + sum + ", " + part + ")")
                .orElseThrow();
    }

    /** The places of the outputs that are compared: the first, and all others of floats. */
    static IntStream places(Model model) {
        List<Value> outputs = model.graph().outputs();
        return IntStream.range(0, outputs.size())
                .filter(
                        place ->
                                place == 0
                                        || outputs.get(place)
                                                .type()
                                                .map(type -> type.dataType() == DataType.FLOAT)
                                                .orElse(true));
    }
}
