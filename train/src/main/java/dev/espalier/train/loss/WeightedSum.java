package dev.espalier.train.loss;

import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.ir.Model;
import dev.espalier.core.op.spec.TorchWriter;
import dev.espalier.train.program.LossTerm;
import dev.espalier.train.program.LossWriter;
import dev.espalier.train.program.Objective;
import dev.espalier.train.program.Truth;
import java.util.List;

/**
 * {@code sum_i weight_i term_i}. Terms of weight 0 are left out: they cost nothing and ask for
 * nothing.
 *
 * @param terms at least one
 * @param teachers that the terms speak of by their place
 */
public record WeightedSum(List<Weighted> terms, List<Model> teachers) implements Objective {
    /** One summand. */
    public record Weighted(double weight, LossTerm term) {}

    public WeightedSum {
        terms = terms.stream().filter(each -> each.weight() > 0).toList();
        teachers = List.copyOf(teachers);
        if (terms.isEmpty()) {
            throw new InvalidOptionException("a loss needs at least one weight above 0");
        }
    }

    @Override
    public Truth truth() {
        return terms.stream().map(each -> each.term().truth()).reduce(Truth.NONE, Truth::with);
    }

    @Override
    public String write(LossWriter writer) {
        return terms.stream()
                .map(
                        each ->
                                "torch.mul(%s, %s)"
                                        .formatted(
                                                each.term().write(writer),
                                                TorchWriter.real(each.weight())))
                .reduce((sum, part) -> "torch.add(" + sum + ", " + part + ")")
                .orElseThrow();
    }
}
