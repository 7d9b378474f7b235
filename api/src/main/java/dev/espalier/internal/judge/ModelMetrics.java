package dev.espalier.internal.judge;

import dev.espalier.core.DataException;
import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.data.Dataset;
import dev.espalier.core.ir.Model;
import dev.espalier.core.metric.Metric;
import dev.espalier.core.metric.MetricRegistry;
import dev.espalier.core.pass.Progress;
import dev.espalier.core.recipe.MetricGoal;
import dev.espalier.core.recipe.Recipe;
import dev.espalier.runtime.Evaluation;
import dev.espalier.runtime.Judgement;
import dev.espalier.runtime.OrtModel;
import dev.espalier.runtime.OrtRunner;
import dev.espalier.runtime.SessionSettings;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The metrics that a recipe's models are judged by: those it names and those its goals need, or
 * where it names none, those of classes where there are labels and errors where there are targets.
 */
public final class ModelMetrics {
    /** As many examples as show what a metric makes of a model. */
    private static final int TRIED = 64;

    private final MetricRegistry registry;
    private final Set<String> named;
    private final Set<String> goals;
    private final Model original;

    private ModelMetrics(
            MetricRegistry registry, Set<String> named, Set<String> goals, Model original) {
        this.registry = registry;
        this.named = named;
        this.goals = goals;
        this.original = original;
    }

    /**
     * @param original the model that results are compared with; null where there is none
     */
    public static ModelMetrics of(Recipe recipe, Model original) {
        Set<String> goals =
                recipe.goal().metrics().stream()
                        .map(MetricGoal::metric)
                        .collect(Collectors.toCollection(LinkedHashSet::new));
        if (!recipe.metrics().isEmpty() && recipe.goal().maxDrop().isPresent()) {
            goals.add("top1");
        }
        return new ModelMetrics(
                MetricRegistry.load(), new LinkedHashSet<>(recipe.metrics()), goals, original);
    }

    /** What is measured on {@code data}; nothing where there are no examples. */
    public List<String> ids(Dataset data) {
        if (data.size() == 0) {
            return List.of();
        }
        Set<String> ids = new LinkedHashSet<>(named);
        if (named.isEmpty()) {
            if (data.classes() > 0) {
                ids.addAll(MetricRegistry.CLASSES);
            } else if (data.targetShape().isPresent()) {
                ids.addAll(List.of("mae", "rmse"));
            }
        }
        ids.addAll(goals);
        return List.copyOf(ids);
    }

    /** Whether anything is measured on {@code data}. */
    public boolean judges(Dataset data) {
        return !ids(data).isEmpty();
    }

    /** Whether all that is measured on {@code data} is Espalier's own code. */
    public boolean areBuiltIn(Dataset data) {
        return ids(data).stream()
                .flatMap(id -> registry.find(id).stream())
                .allMatch(
                        metric ->
                                metric.getClass().getModule() == Metric.class.getModule()
                                        && metric.getClass().getPackage()
                                                == Metric.class.getPackage());
    }

    /** Those of {@code ids} that go from 0 to 1. */
    public Set<String> ratios(Collection<String> ids) {
        return ids.stream()
                .filter(registry::isRatio)
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /**
     * What a model file reaches on all of {@code data}.
     *
     * @throws DataException where the data lacks what a metric needs, or a metric fails
     */
    public Map<String, Double> on(Path file, Dataset data, Progress progress) {
        List<String> ids = ids(data);
        Map<String, Double> classes =
                hasClasses(ids, data)
                        ? Evaluation.of(file, data, SessionSettings.DEFAULT, progress).metrics()
                        : Map.of();
        if (services(ids).isEmpty()) {
            return inOrder(ids, classes, Map.of());
        }
        try (OrtModel model = new OrtRunner().open(file)) {
            return inOrder(ids, classes, judged(services(ids), data, model, false, progress));
        }
    }

    /** The same of a model that has no file. */
    public Map<String, Double> on(Model model, Dataset data, Progress progress) {
        List<String> ids = ids(data);
        Map<String, Double> classes =
                hasClasses(ids, data)
                        ? Evaluation.of(model, data, SessionSettings.DEFAULT, progress).metrics()
                        : Map.of();
        if (services(ids).isEmpty()) {
            return inOrder(ids, classes, Map.of());
        }
        try (OrtModel opened = new OrtRunner().open(model)) {
            return inOrder(
                    ids, classes, judged(services(ids), data, opened, model == original, progress));
        }
    }

    /**
     * Judges the original on some of {@code data}, to find out before work begins that a metric
     * cannot.
     *
     * @throws DataException where the data lacks what a metric needs, a metric fails, or what it
     *     gives is not a number
     */
    public void tryOut(Dataset data) {
        List<Metric> services = services(ids(data));
        hasClasses(ids(data), data);
        if (services.isEmpty()) {
            return;
        }
        Map<String, Double> found;
        try (OrtModel opened = new OrtRunner().open(original)) {
            found = judged(services, data.first(TRIED), opened, true, Progress.SILENT);
        }
        for (Metric metric : services) {
            double value = found.get(metric.id());
            if (!Double.isFinite(value)) {
                throw new DataException(
                        "the metric '%s' (%s) gives %s for the original model; expected a number, so leave it out of 'metrics' or mend it"
                                .formatted(
                                        metric.id(),
                                        Judgement.whose(metric.getClass()),
                                        Double.toString(value)));
            }
        }
    }

    private Map<String, Double> judged(
            List<Metric> services,
            Dataset data,
            OrtModel model,
            boolean isOriginal,
            Progress progress) {
        boolean compares = services.stream().anyMatch(m -> m.needs() == Metric.Needs.ORIGINAL);
        if (!compares || isOriginal) {
            return Judgement.of(services, data, model, Optional.of(model), progress);
        }
        if (original == null) {
            throw new InvalidOptionException(
                    "a metric compares with the original model, and the recipe names none; add 'model:'");
        }
        try (OrtModel first = new OrtRunner().open(original)) {
            return Judgement.of(services, data, model, Optional.of(first), progress);
        }
    }

    private boolean hasClasses(List<String> ids, Dataset data) {
        Optional<String> first = ids.stream().filter(MetricRegistry.CLASSES::contains).findFirst();
        if (first.isPresent() && data.classes() == 0) {
            throw new DataException(
                    "the metric '%s' needs class labels, and the examples have none; 'agreement' needs none"
                            .formatted(first.get()));
        }
        return first.isPresent();
    }

    private List<Metric> services(List<String> ids) {
        return ids.stream().flatMap(id -> registry.find(id).stream()).toList();
    }

    private static Map<String, Double> inOrder(
            List<String> ids, Map<String, Double> classes, Map<String, Double> others) {
        Map<String, Double> all = new LinkedHashMap<>();
        for (String id : ids) {
            all.put(id, classes.containsKey(id) ? classes.get(id) : others.get(id));
        }
        return all;
    }
}
