package dev.espalier.quantize.internal.calibration;

import dev.espalier.core.ir.Model;
import dev.espalier.core.pass.PassContext;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What was seen of a network's values on the calibration samples. Values that nobody asked for
 * before are watched in one more run.
 */
public final class Observations {
    private final Model model;
    private final Map<String, Integer> axes;
    private final PassContext context;
    private final Map<String, Observer> seen = new HashMap<>();

    /**
     * @param axes along which the channels lie, of those values whose channels count
     */
    public Observations(Model model, Map<String, Integer> axes, PassContext context) {
        this.model = model;
        this.axes = axes;
        this.context = context;
    }

    /**
     * Watches those of {@code values} that were not watched before.
     *
     * @throws dev.espalier.core.UnsupportedModelException where one of them is NaN
     */
    public void watch(Set<String> values) {
        Set<String> missing = new TreeSet<>(values);
        missing.removeAll(seen.keySet());
        if (!missing.isEmpty()) {
            seen.putAll(new Calibrator(model, missing, axes).run(context));
        }
    }

    /** Of a value that was watched; null where it was not. */
    public Observer of(String value) {
        return seen.get(value);
    }
}
