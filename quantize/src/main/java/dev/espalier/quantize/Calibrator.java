package dev.espalier.quantize;

import dev.espalier.core.DataException;
import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.data.Dataset;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Value;
import dev.espalier.core.pass.PassContext;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * Watches activations: one pass over the calibration samples, all values at once, nothing kept but
 * one {@link Observer} for each.
 *
 * <p>Samples run one by one (or as many in a run as a fixed first dimension of the model's input
 * asks for), since the runtime may sum in another order for another batch size: so the same samples
 * give the same result however they are ordered or delivered. They may differ in shape where the
 * model's inputs are open.
 *
 * <p>What was seen is kept in the host's cache, under a hash of the model, the watched values and
 * the samples.
 */
final class Calibrator {
    private final Model model;
    private final List<String> values;

    /**
     * @param values which to watch
     */
    Calibrator(Model model, Collection<String> values) {
        this.model = model;
        this.values = values.stream().sorted().toList();
    }

    /**
     * Runs the model on all of the recipe's calibration samples.
     *
     * @return what was seen, by value
     * @throws UnsupportedModelException where an activation is not finite
     */
    Map<String, Observer> run(PassContext context) {
        Dataset samples = context.data().calibration();
        int batch = batchSize(model.graph().feeds());
        if (samples.size() < batch) {
            throw new DataException(
                    "calibration needs at least "
                            + batch
                            + " samples, as many as the model's input takes at once, and has "
                            + samples.size());
        }
        CalibrationCache cache = new CalibrationCache(context, model, values, batch);
        return cache.read()
                .orElseGet(
                        () -> {
                            Map<String, Observer> counted =
                                    new CalibrationRun(model, values, batch).of(samples, context);
                            cache.write(counted);
                            return counted;
                        });
    }

    private static int batchSize(Iterable<Value> feeds) {
        for (Value feed : feeds) {
            var shape = feed.type().map(type -> type.shape()).orElse(null);
            if (shape != null && shape.isRanked() && shape.rank() > 0 && shape.dim(0).isFixed()) {
                return Math.toIntExact(Math.max(1, shape.size(0)));
            }
        }
        return 1;
    }
}
