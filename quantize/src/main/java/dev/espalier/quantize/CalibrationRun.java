package dev.espalier.quantize;

import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.data.Dataset;
import dev.espalier.core.data.ModelRunner;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.Value;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.Progress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * One pass over the samples, on all cores: each takes a sample, computes the values and counts them
 * in observers of its own, which are added up at the end. Sums and counts are exact, so who took
 * which sample leaves no trace.
 *
 * <p>Where the values of one sample would take too much memory together, several {@link
 * CalibrationPlan parts} of them are computed one after the other for each sample.
 */
final class CalibrationRun {
    private final Model model;
    private final List<String> values;
    private final int batch;
    private final List<String> fed;
    private final AtomicInteger next = new AtomicInteger();

    /**
     * @param values which to watch
     * @param batch samples in one run
     */
    CalibrationRun(Model model, List<String> values, int batch) {
        this.model = model;
        this.values = values;
        this.batch = batch;
        this.fed =
                model.graph().feeds().stream().map(Value::name).filter(values::contains).toList();
    }

    /** What was seen of {@code samples}, at least {@code batch}, by value. */
    Map<String, Observer> of(Dataset samples, PassContext context) {
        List<String> computed = values.stream().filter(name -> !fed.contains(name)).toList();
        CalibrationPlan plan = CalibrationPlan.of(model, computed, shapes(samples));
        int cores = Runtime.getRuntime().availableProcessors();
        int atOnce = plan.atOnce(Math.min(cores, samples.size() / batch));
        // A run on a thread of its own is done sooner than runs that wait for each other's threads.
        ModelRunner runner = context.runner().withThreads(cores / atOnce);
        List<ModelRunner.Session> sessions = new ArrayList<>();
        try (Progress.Task task =
                context.progress()
                        .begin(
                                plan.announcement(values.size(), atOnce),
                                samples.size(),
                                "samples")) {
            for (List<String> part : plan.parts()) {
                sessions.add(runner.open(model, part));
            }
            return IntStream.range(0, atOnce)
                    .parallel()
                    .mapToObj(
                            i ->
                                    count(
                                            samples,
                                            sessions,
                                            () -> {
                                                context.checkCancelled();
                                                task.advance(batch);
                                            }))
                    .reduce(CalibrationRun::sum)
                    .orElseThrow();
        } finally {
            sessions.forEach(ModelRunner.Session::close);
        }
    }

    /** Takes samples until none is left. */
    private Map<String, Observer> count(
            Dataset samples, List<ModelRunner.Session> sessions, Runnable afterEach) {
        Map<String, Observer> own =
                values.stream().collect(Collectors.toMap(value -> value, v -> new Observer()));
        try {
            int from = next.getAndAdd(batch);
            while (from + batch <= samples.size()) {
                Map<String, Tensor> inputs =
                        samples.batch(IntStream.range(from, from + batch).toArray()).inputs();
                for (ModelRunner.Session session : sessions) {
                    session.run(inputs, (name, value) -> observe(own.get(name), name, value));
                }
                fed.forEach(name -> observe(own.get(name), name, inputs.get(name)));
                afterEach.run();
                from = next.getAndAdd(batch);
            }
            return own;
        } catch (RuntimeException e) {
            // Nobody needs the rest.
            next.set(samples.size());
            throw e;
        }
    }

    private static Map<String, Observer> sum(
            Map<String, Observer> into, Map<String, Observer> other) {
        into.forEach((value, observer) -> observer.add(other.get(value)));
        return into;
    }

    /** Those of the first samples; others may have others. */
    private InputShapes shapes(Dataset samples) {
        Map<String, Shape> shapes = new HashMap<>();
        samples.batch(IntStream.range(0, batch).toArray())
                .inputs()
                .forEach((name, tensor) -> shapes.put(name, tensor.shape()));
        return new InputShapes(batch, shapes);
    }

    private static void observe(Observer observer, String name, Tensor value) {
        try {
            observer.add(value);
        } catch (IllegalArgumentException e) {
            throw new UnsupportedModelException(
                    "calibration found "
                            + e.getMessage()
                            + " in '"
                            + name
                            + "', which has no place on an integer grid; name the nodes around it"
                            + " under 'keep-float: {nodes: [..]}'",
                    e);
        }
    }
}
