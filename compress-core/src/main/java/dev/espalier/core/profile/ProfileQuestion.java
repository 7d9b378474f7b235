package dev.espalier.core.profile;

import dev.espalier.core.ir.Model;
import java.util.List;
import java.util.function.Supplier;

/**
 * Which of several models is the fastest here: a choice that a pass takes between ways of writing
 * the same, for whole kinds of layers.
 *
 * @param id on one line; what was answered is kept under it, so that other models need another id
 * @param help one sentence: what is compared
 * @param layers in each model, by which its time is divided
 * @param candidates at least one
 */
public record ProfileQuestion(String id, String help, int layers, List<Candidate> candidates) {
    private static final String ONE_LINE = "[\\p{Print}]+";

    /**
     * A way to write it.
     *
     * @param name on one line, without blanks
     * @param model made when it is to be measured
     */
    public record Candidate(String name, Supplier<Model> model) {
        public Candidate {
            if (!name.matches(ONE_LINE) || name.contains(" ") || name.contains("=")) {
                throw new IllegalArgumentException("a candidate is no word: '" + name + "'");
            }
        }
    }

    public ProfileQuestion {
        candidates = List.copyOf(candidates);
        if (!id.matches(ONE_LINE) || layers < 1 || candidates.isEmpty()) {
            throw new IllegalArgumentException(
                    "question '%s' of %s candidates with %s layers"
                            .formatted(id, candidates.size(), layers));
        }
    }

    /** Whether {@code answer} has a time for each candidate. */
    public boolean isAnsweredBy(ProfileAnswer answer) {
        return candidates.stream().allMatch(each -> answer.micros().containsKey(each.name()));
    }
}
