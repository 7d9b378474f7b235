package dev.espalier.runtime;

import dev.espalier.core.DataException;
import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.data.Dataset;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.onnx.OnnxReader;
import dev.espalier.core.op.Operators;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.pass.Progress;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How well a classifier does on labelled examples. The model's first output holds the class scores
 * [N, K]. They are taken for probabilities where a Softmax makes them, and for logits otherwise.
 *
 * @param samples number of examples
 * @param top1 share of examples, 0 to 1, whose class has the highest score; of equal scores that of
 *     the lower class number counts as higher, and a row that holds NaN counts as wrong
 * @param top5 share of examples whose class is among the five highest scores
 * @param loss mean cross entropy, {@code -log softmax(logits)[class]}, natural logarithm; NaN where
 *     a score is
 */
public record Evaluation(int samples, double top1, double top5, double loss) {
    /**
     * Evaluates a file as it ships.
     *
     * @param settings whose threads run several batches at once rather than one together
     * @param progress shows the examples done
     * @throws DataException where the data has no labels, labels beyond the model's classes, or
     *     does not fit its inputs
     */
    public static Evaluation of(
            Path file, Dataset data, SessionSettings settings, Progress progress) {
        Graph graph = OnnxReader.read(file).graph();
        try (OrtModel session = new OrtRunner(ScoredExamples.each(settings)).open(file)) {
            return of(session, graph, data, settings, progress);
        }
    }

    /** Evaluates a model that has no file. */
    public static Evaluation of(
            Model model, Dataset data, SessionSettings settings, Progress progress) {
        try (OrtModel session = new OrtRunner(ScoredExamples.each(settings)).open(model)) {
            return of(session, model.graph(), data, settings, progress);
        }
    }

    /**
     * Evaluates several files as one classifier, whose probabilities are the means of theirs: what
     * they reach together, at the cost of all of them.
     *
     * @param progress shows the examples done, of one file after the other
     * @throws DataException as {@link #of(Path, Dataset, SessionSettings, Progress)} does
     * @throws UnsupportedModelException where they tell different numbers of classes apart
     */
    public static Evaluation ofEnsemble(
            List<Path> files, Dataset data, SessionSettings settings, Progress progress) {
        Ensemble ensemble = new Ensemble(data.size());
        for (Path file : files) {
            Graph graph = OnnxReader.read(file).graph();
            try (OrtModel session = new OrtRunner(ScoredExamples.each(settings)).open(file)) {
                String output = first(session);
                ensemble.begins(file.toString());
                boolean probabilities = isSoftmax(graph, output);
                ScoredExamples.visit(
                        session,
                        output,
                        ScoredExamples.atOnce(settings),
                        data,
                        progress,
                        (example, label, scores, row) ->
                                ensemble.add(example, label, scores.chances(row, probabilities)));
            }
        }
        return ensemble.evaluation();
    }

    private static String first(OrtModel session) {
        return session.outputs().keySet().iterator().next();
    }

    private static Evaluation of(
            OrtModel session,
            Graph graph,
            Dataset data,
            SessionSettings settings,
            Progress progress) {
        String output = first(session);
        boolean probabilities = isSoftmax(graph, output);
        Tally tally = new Tally();
        ScoredExamples.visit(
                session,
                output,
                ScoredExamples.atOnce(settings),
                data,
                progress,
                (example, label, scores, row) -> tally.add(scores, row, label, probabilities));
        return tally.evaluation();
    }

    /** Sums over examples. */
    static final class Tally {
        private int samples;
        private int top1;
        private int top5;
        private double loss;

        void add(Scores scores, int row, int label, boolean probabilities) {
            int rank = scores.rank(row, label);
            samples++;
            top1 += rank < 1 ? 1 : 0;
            top5 += rank < 5 ? 1 : 0;
            loss +=
                    probabilities
                            ? scores.crossEntropyOfProbabilities(row, label)
                            : scores.crossEntropyOfLogits(row, label);
        }

        Evaluation evaluation() {
            double n = samples;
            return new Evaluation(samples, top1 / n, top5 / n, loss / n);
        }
    }

    /** Whether the value comes from a Softmax, maybe through operators that change no number. */
    static boolean isSoftmax(Graph graph, String output) {
        Optional<Node> node = graph.producer(output);
        while (node.isPresent() && isTransparent(node.get())) {
            node = graph.producer(node.get().input(0));
        }
        return node.isPresent() && node.get().is("Softmax");
    }

    private static boolean isTransparent(Node node) {
        return Operators.hasAny(node, Trait.REARRANGES, Trait.RETYPES);
    }

    /** {@code top1}, {@code top5} and {@code loss} by these names. */
    public Map<String, Double> metrics() {
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("top1", top1);
        metrics.put("top5", top5);
        metrics.put("loss", loss);
        return metrics;
    }
}
