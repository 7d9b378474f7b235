package dev.espalier.quantize;

import dev.espalier.core.DataException;
import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.data.Batch;
import dev.espalier.core.data.Dataset;
import dev.espalier.core.data.ModelRunner;
import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.Value;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.Progress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * One pass over the calibration samples, on which all watched values of a model are shown and
 * nothing is kept.
 *
 * <p>Samples run one at a time (or as many as a fixed first dimension of the model's input asks
 * for), since the runtime may sum in another order for another batch size: so the same samples give
 * the same values however they are ordered or delivered. They may differ in shape where the model's
 * inputs are open. Where the values of one sample would take too much memory together, several
 * {@link CalibrationPlan parts} of them are computed one after the other for each sample.
 */
public final class ActivationStream {
    private final Model model;
    private final List<String> values;
    private final long bytesKept;

    /**
     * @param values inputs of the model or values that it computes
     * @param bytesKept what the one who looks keeps of all values together, for the announcement
     */
    public ActivationStream(Model model, Collection<String> values, long bytesKept) {
        this.model = model;
        this.values = values.stream().distinct().sorted().toList();
        this.bytesKept = bytesKept;
    }

    /** How many samples run at once. */
    int batch() {
        for (Value feed : model.graph().feeds()) {
            Shape shape = feed.type().map(type -> type.shape()).orElse(Shape.UNRANKED);
            Dim first = shape.isRanked() && shape.rank() > 0 ? shape.dim(0) : Dim.UNKNOWN;
            if (first.isFixed()) {
                return Math.toIntExact(Math.max(1, first.size()));
            }
        }
        return 1;
    }

    /**
     * Runs the model on all calibration samples.
     *
     * @param seen is shown the values of one part of one run by name, in the order of the samples
     * @throws DataException where there are fewer samples than the model takes at once
     */
    public void show(PassContext context, Consumer<Map<String, Tensor>> seen) {
        Dataset samples = context.data().calibration();
        int batch = batch();
        if (samples.size() < batch) {
            throw new DataException(
                    "calibration needs at least %d samples, as many as the model's input takes at once, and has %d"
                            .formatted(batch, samples.size()));
        }
        Set<String> feeds = new HashSet<>();
        model.graph().feeds().forEach(feed -> feeds.add(feed.name()));
        List<String> fed = values.stream().filter(feeds::contains).toList();
        List<String> computed = values.stream().filter(name -> !feeds.contains(name)).toList();
        CalibrationPlan plan = CalibrationPlan.of(model, computed, shapes(samples, batch));
        List<ModelRunner.Session> sessions = new ArrayList<>();
        String announcement = plan.announcement(values.size(), bytesKept);
        try (Progress.Task task =
                context.progress().begin(announcement, samples.size(), "samples")) {
            for (List<String> part : plan.parts()) {
                sessions.add(context.runner().open(model, part));
            }
            for (int from = 0; from + batch <= samples.size(); from += batch) {
                context.checkCancelled();
                Batch inputs = samples.batch(IntStream.range(from, from + batch).toArray());
                for (int i = 0; i < sessions.size(); i++) {
                    Map<String, Tensor> results = sessions.get(i).run(inputs.inputs());
                    seen.accept(only(plan.parts().get(i), results));
                }
                seen.accept(only(fed, inputs.inputs()));
                task.advance(batch);
            }
        } finally {
            sessions.forEach(ModelRunner.Session::close);
        }
    }

    private static Map<String, Tensor> only(List<String> names, Map<String, Tensor> all) {
        Map<String, Tensor> some = new LinkedHashMap<>();
        names.forEach(name -> some.put(name, all.get(name)));
        return some;
    }

    /** Those of the first samples; others may have others. */
    private static InputShapes shapes(Dataset samples, int batch) {
        Map<String, Shape> shapes = new HashMap<>();
        samples.batch(IntStream.range(0, batch).toArray())
                .inputs()
                .forEach((name, tensor) -> shapes.put(name, tensor.shape()));
        return new InputShapes(batch, shapes);
    }
}
