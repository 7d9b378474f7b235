package dev.espalier.runtime;

import dev.espalier.core.DataException;
import dev.espalier.core.data.Batch;
import dev.espalier.core.data.Dataset;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.onnx.OnnxReader;
import dev.espalier.core.pass.Progress;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

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
    /** Operators that a probability passes through unchanged but for its type or shape. */
    private static final Set<String> TRANSPARENT =
            Set.of(
                    "Identity",
                    "Cast",
                    "Flatten",
                    "Reshape",
                    "Squeeze",
                    "Unsqueeze",
                    "QuantizeLinear",
                    "DequantizeLinear");

    /**
     * Evaluates a file as it ships.
     *
     * @param progress shows the examples done
     * @throws DataException where the data has no labels, labels beyond the model's classes, or
     *     does not fit its inputs
     */
    public static Evaluation of(
            Path file, Dataset data, SessionSettings settings, Progress progress) {
        Graph graph = OnnxReader.read(file).graph();
        try (OrtModel session = new OrtRunner(settings).open(file)) {
            return of(session, graph, data, progress);
        }
    }

    /** Evaluates a model that has no file. */
    public static Evaluation of(
            Model model, Dataset data, SessionSettings settings, Progress progress) {
        try (OrtModel session = new OrtRunner(settings).open(model)) {
            return of(session, model.graph(), data, progress);
        }
    }

    private static Evaluation of(OrtModel session, Graph graph, Dataset data, Progress progress) {
        String output = session.outputs().keySet().iterator().next();
        boolean probabilities = isSoftmax(graph, output);
        int top1 = 0;
        int top5 = 0;
        double loss = 0;
        try (ModelFeed feed = new ModelFeed(data, session.inputs());
                Progress.Task task = progress.begin("evaluate", data.size(), "examples")) {
            while (feed.hasNext()) {
                Batch batch = feed.next();
                Tensor result = session.run(feed.feeds(batch)).get(output);
                Scores scores = new Scores(output, result);
                check(scores, batch, data);
                for (int row = 0; row < batch.size(); row++) {
                    int label = batch.labels()[row];
                    int rank = scores.rank(row, label);
                    top1 += rank < 1 ? 1 : 0;
                    top5 += rank < 5 ? 1 : 0;
                    loss +=
                            probabilities
                                    ? scores.crossEntropyOfProbabilities(row, label)
                                    : scores.crossEntropyOfLogits(row, label);
                }
                task.advance(batch.size());
                feed.done(batch);
            }
        }
        double n = data.size();
        return new Evaluation(data.size(), top1 / n, top5 / n, loss / n);
    }

    private static void check(Scores scores, Batch batch, Dataset data) {
        if (data.classes() > scores.width()) {
            throw new DataException(
                    "the data has %d classes, the model tells only %d apart"
                            .formatted(data.classes(), scores.width()));
        }
        if (scores.rows() < batch.size()) {
            throw new DataException(
                    ("the model gives %d rows of scores for %d examples; "
                                    + "its batch axis is not the first")
                            .formatted(scores.rows(), batch.size()));
        }
        for (int label : batch.labels()) {
            if (label < 0) {
                throw new DataException(
                        "the data has no labels, so that accuracy cannot be measured");
            }
            if (label >= scores.width()) {
                throw new DataException(
                        "an example has the label %d, the model's classes are 0 to %d"
                                .formatted(label, scores.width() - 1));
            }
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
        return node.isStandard() && TRANSPARENT.contains(node.opType());
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
