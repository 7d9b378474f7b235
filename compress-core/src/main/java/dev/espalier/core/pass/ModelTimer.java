package dev.espalier.core.pass;

import dev.espalier.core.ir.Model;
import dev.espalier.core.profile.ProfileAnswer;
import dev.espalier.core.profile.ProfileQuestion;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Measures how long models take on this machine, to choose between them while passes run; what the
 * report states is measured with more care.
 */
public interface ModelTimer {
    /** For each candidate of a question. */
    double SECONDS = 0.15;

    /**
     * Runs the models by turns, so that what disturbs one disturbs all.
     *
     * @param seconds about how long to measure, without loading
     * @return for each model the microseconds of one run in every round; all have equally many
     * @throws dev.espalier.core.UnsupportedModelException where the runtime refuses one
     */
    List<double[]> micros(List<Model> models, double seconds);

    /**
     * Measures the candidates of {@code question}, all by turns.
     *
     * @throws dev.espalier.core.UnsupportedModelException where the runtime refuses one
     */
    default ProfileAnswer answer(ProfileQuestion question) {
        List<ProfileQuestion.Candidate> candidates = question.candidates();
        List<double[]> rounds =
                micros(
                        candidates.stream().map(each -> each.model().get()).toList(),
                        SECONDS * candidates.size());
        Map<String, Double> micros = new TreeMap<>();
        for (int i = 0; i < candidates.size(); i++) {
            micros.put(candidates.get(i).name(), median(rounds.get(i)) / question.layers());
        }
        return new ProfileAnswer(question.id(), micros);
    }

    /** What stands for a model's rounds. */
    static double median(double[] micros) {
        double[] sorted = micros.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
