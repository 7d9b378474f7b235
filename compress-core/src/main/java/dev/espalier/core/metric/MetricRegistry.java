package dev.espalier.core.metric;

import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.TreeSet;

/** All metrics at hand, by their id in alphabetical order. */
public final class MetricRegistry {
    /** What classifiers are judged by; they are measured together and are no services. */
    public static final List<String> CLASSES = List.of("top1", "top5", "loss");

    private final Map<String, Metric> byId;

    private MetricRegistry(Map<String, Metric> byId) {
        this.byId = Collections.unmodifiableMap(byId);
    }

    /** Every {@link Metric} that the thread's class loader finds. */
    public static MetricRegistry load() {
        return of(
                ServiceLoader.load(Metric.class).stream()
                        .map(ServiceLoader.Provider::get)
                        .toList());
    }

    /**
     * @throws IllegalStateException where two metrics have one id: an error of whoever wrote them
     */
    public static MetricRegistry of(Collection<Metric> metrics) {
        Map<String, Metric> byId = new TreeMap<>();
        for (Metric metric : metrics) {
            Metric other = byId.put(metric.id(), metric);
            if (other != null || CLASSES.contains(metric.id())) {
                throw new IllegalStateException(
                        "%s has the metric id '%s', which is taken by %s"
                                .formatted(
                                        metric.getClass().getName(),
                                        metric.id(),
                                        other == null
                                                ? "the metrics of classes"
                                                : other.getClass().getName()));
            }
        }
        return new MetricRegistry(byId);
    }

    /** All ids that a recipe may name, those of {@link #CLASSES} among them. */
    public Collection<String> ids() {
        Collection<String> ids = new TreeSet<>(byId.keySet());
        ids.addAll(CLASSES);
        return ids;
    }

    /** The metric of this id; empty for those of {@link #CLASSES}. */
    public Optional<Metric> find(String id) {
        return Optional.ofNullable(byId.get(id));
    }

    /** Whether a higher figure of {@code id} is a better one. */
    public boolean isHigherBetter(String id) {
        return find(id).map(Metric::isHigherBetter).orElse(!id.equals("loss"));
    }

    /** Whether {@code id} goes from 0 to 1. */
    public boolean isRatio(String id) {
        return find(id).map(Metric::isRatio).orElse(!id.equals("loss"));
    }
}
