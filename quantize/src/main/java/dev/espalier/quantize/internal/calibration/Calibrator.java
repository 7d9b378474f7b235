package dev.espalier.quantize.internal.calibration;

import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.pass.PassContext;
import dev.espalier.quantize.internal.grid.Histogram;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Watches activations: one {@link ActivationStream pass} over the calibration samples, all values
 * at once, nothing kept but one {@link Observer} for each, of whole values and of those channels
 * that are asked for. Each core counts in observers of its own, which are added up at the end; sums
 * and counts are exact, so who took which sample leaves no trace.
 *
 * <p>What was seen is kept in the host's cache, under a hash of the model, the watched values and
 * the samples.
 */
public final class Calibrator {
    private final Model model;
    private final List<String> values;
    private final Map<String, Integer> axes;

    /**
     * @param values which to watch
     * @param axes along which the channels lie, of those values whose channels count
     */
    public Calibrator(Model model, Collection<String> values, Map<String, Integer> axes) {
        this.model = model;
        this.values = values.stream().sorted().toList();
        this.axes = axes;
    }

    private Map<String, Observer> observers() {
        Map<String, Observer> observers = new TreeMap<>();
        values.forEach(
                value ->
                        observers.put(
                                value,
                                axes.containsKey(value)
                                        ? new Observer(new ChannelRanges(axes.get(value)))
                                        : new Observer()));
        return observers;
    }

    /**
     * Runs the model on all of the recipe's calibration samples.
     *
     * @return what was seen, by value
     * @throws UnsupportedModelException where an activation is NaN
     */
    public Map<String, Observer> run(PassContext context) {
        ActivationStream stream =
                new ActivationStream(model, values, (long) values.size() * Histogram.BYTES);
        CalibrationCache cache = new CalibrationCache(context, model, values, axes, stream.batch());
        return cache.read()
                .orElseGet(
                        () -> {
                            Map<String, Observer> counted =
                                    stream.count(
                                            context,
                                            this::observers,
                                            Calibrator::observe,
                                            Calibrator::sum);
                            refuseUndefined(counted);
                            cache.write(counted);
                            return counted;
                        });
    }

    private static Map<String, Observer> sum(
            Map<String, Observer> into, Map<String, Observer> other) {
        into.forEach((value, observer) -> observer.add(other.get(value)));
        return into;
    }

    private static void observe(
            Map<String, Observer> observers, String name, Tensor value, int example) {
        observers.get(name).add(value, example);
    }

    /** The first value that has any, in the order in which values are made, is at fault. */
    private void refuseUndefined(Map<String, Observer> observers) {
        List<String> made = new ArrayList<>();
        model.graph().feeds().forEach(feed -> made.add(feed.name()));
        model.graph().nodes().forEach(node -> made.addAll(node.outputs()));
        for (String name : made) {
            Optional<NonFinite> found =
                    Optional.ofNullable(observers.get(name)).flatMap(Observer::undefined);
            if (found.isPresent()) {
                throw new UnsupportedModelException(
                        UndefinedValue.in(model.graph(), name, found.get())
                                + ", or name the nodes around it under 'keep-float: {nodes: [..]}'");
            }
        }
    }
}
