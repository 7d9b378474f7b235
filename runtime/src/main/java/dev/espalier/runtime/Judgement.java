package dev.espalier.runtime;

import dev.espalier.core.CancelledException;
import dev.espalier.core.CompressionException;
import dev.espalier.core.DataException;
import dev.espalier.core.data.Batch;
import dev.espalier.core.data.Dataset;
import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.metric.Metric;
import dev.espalier.core.metric.OutputBatch;
import dev.espalier.core.pass.Progress;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** What {@link Metric}s make of a model's outputs. */
public final class Judgement {
    private Judgement() {}

    /**
     * Runs a model on all examples and gives its outputs to metrics.
     *
     * @param original the model that outputs are compared with; {@code model} itself where they are
     *     the same; needed by metrics that {@linkplain Metric.Needs#ORIGINAL ask for it} alone
     * @param progress shows the examples done
     * @return figures by the metrics' ids, in their order
     * @throws DataException where the data lacks what a metric needs or does not fit the model, and
     *     where a metric fails, naming its class
     */
    public static Map<String, Double> of(
            List<Metric> metrics,
            Dataset data,
            OrtModel model,
            Optional<OrtModel> original,
            Progress progress) {
        metrics.forEach(metric -> check(metric, data, original.isPresent()));
        Map<Metric, Metric.Tally> tallies = new LinkedHashMap<>();
        metrics.forEach(metric -> tallies.put(metric, guarded(metric, metric::begin)));
        boolean compares = metrics.stream().anyMatch(m -> m.needs() == Metric.Needs.ORIGINAL);
        try (ModelFeed feed = new ModelFeed(data, model.inputs());
                Progress.Task task = progress.begin("judge", data.size(), "examples")) {
            while (feed.hasNext()) {
                Batch batch = feed.next();
                Map<String, Tensor> feeds = feed.feeds(batch);
                Map<String, Tensor> outputs = rows(model.run(feeds), batch.size());
                Map<String, Tensor> wanted =
                        !compares
                                ? Map.of()
                                : original.get() == model
                                        ? outputs
                                        : rows(original.get().run(feeds), batch.size());
                OutputBatch judged =
                        new OutputBatch(outputs, batch.labels(), batch.targets(), wanted);
                tallies.forEach(
                        (metric, tally) ->
                                guarded(
                                        metric,
                                        () -> {
                                            tally.add(judged);
                                            return tally;
                                        }));
                task.advance(batch.size());
                feed.done(batch);
            }
        }
        Map<String, Double> figures = new LinkedHashMap<>();
        tallies.forEach((metric, tally) -> figures.put(metric.id(), guarded(metric, tally::value)));
        return figures;
    }

    private static void check(Metric metric, Dataset data, boolean hasOriginal) {
        boolean isThere =
                switch (metric.needs()) {
                    case NOTHING -> true;
                    case LABELS -> data.classes() > 0;
                    case TARGETS -> data.targetShape().isPresent();
                    case ORIGINAL -> hasOriginal;
                };
        if (!isThere) {
            throw new DataException(
                    "the metric '%s' needs %s, which are not there; leave it out of 'metrics' or give such data"
                            .formatted(metric.id(), metric.needs().words()));
        }
    }

    /** The outputs of the examples themselves, without those of rows that fill up a batch. */
    private static Map<String, Tensor> rows(Map<String, Tensor> outputs, int examples) {
        Map<String, Tensor> rows = new LinkedHashMap<>();
        outputs.forEach((name, tensor) -> rows.put(name, rows(name, tensor, examples)));
        return rows;
    }

    private static Tensor rows(String name, Tensor tensor, int examples) {
        long found = tensor.shape().rank() == 0 ? 0 : tensor.shape().size(0);
        if (found < examples) {
            throw new DataException(
                    "the output '%s' is %s for %s examples; its batch axis is not the first, so that metrics cannot judge it"
                            .formatted(name, tensor.type(), examples));
        }
        if (found == examples) {
            return tensor;
        }
        ByteBuffer bytes = tensor.bytes();
        int size = Math.toIntExact(bytes.remaining() / found * examples);
        ByteBuffer kept = bytes.slice(bytes.position(), size).order(bytes.order());
        return Tensor.of(tensor.dataType(), tensor.shape().with(0, Dim.of(examples)), kept);
    }

    /** Runs what somebody else wrote. */
    private static <T> T guarded(Metric metric, Supplier<T> work) {
        try {
            return work.get();
        } catch (CancelledException e) {
            throw e;
        } catch (CompressionException e) {
            throw new DataException("metric '" + metric.id() + "': " + e.getMessage(), e);
        } catch (RuntimeException | LinkageError e) {
            throw new DataException(
                    "the metric '%s' (%s) failed: %s"
                            .formatted(metric.id(), whose(metric.getClass()), e),
                    e);
        }
    }

    /** A class and the jar that it is from, as messages name them. */
    public static String whose(Class<?> type) {
        var source = type.getProtectionDomain().getCodeSource();
        if (source == null || source.getLocation() == null) {
            return type.getName();
        }
        String place = source.getLocation().getPath().replaceAll("/$", "");
        return type.getName() + " of " + place.substring(place.lastIndexOf('/') + 1);
    }
}
