package dev.espalier;

import dev.espalier.core.data.Dataset;
import dev.espalier.core.recipe.DataOptions;
import dev.espalier.core.recipe.Recipe;
import dev.espalier.internal.input.Fingerprint;
import dev.espalier.internal.input.KeptMetrics;
import dev.espalier.internal.judge.ModelMetrics;
import java.util.Map;
import java.util.function.Supplier;

/** The original's metrics, measured once for all runs on the same files and the same machine. */
final class OriginalMetrics {
    private final KeptMetrics kept;
    private final String model;
    private final RunLog log;

    private OriginalMetrics(KeptMetrics kept, String model, RunLog log) {
        this.kept = kept;
        this.model = model;
        this.log = log;
    }

    /**
     * @param dataHash fingerprint of the recipe's data; null without data
     * @param log is told where a figure is from an earlier run
     */
    static OriginalMetrics of(Workbench bench, String dataHash, RunLog log) {
        Recipe recipe = bench.recipe();
        String name = bench.original().name();
        if (dataHash == null || !Fingerprint.isWhole(bench.dataPath())) {
            return new OriginalMetrics(KeptMetrics.none(), name, log);
        }
        ModelMetrics metrics = bench.metrics();
        Dataset test = bench.splits().test();
        Dataset validation = bench.splits().validation();
        if (!metrics.areBuiltIn(test) || !metrics.areBuiltIn(validation)) {
            return new OriginalMetrics(KeptMetrics.none(), name, log);
        }
        // What is asked for is a part of what a figure is kept for.
        String asked = dataHash + metrics.ids(test) + metrics.ids(validation);
        DataOptions data = recipe.data().orElseThrow();
        String modelHash = Fingerprint.of(bench.original());
        return new OriginalMetrics(
                KeptMetrics.of(modelHash, asked, data, recipe.seed()), name, log);
    }

    /**
     * What an earlier run kept; measured and kept where there is nothing.
     *
     * @param split {@code test} or {@code validation}
     */
    Map<String, Double> on(String split, Supplier<Map<String, Double>> measured) {
        return kept.read(split)
                .map(
                        metrics -> {
                            log.say(
                                    "%s: metrics on the %s examples are from an earlier run on the same files"
                                            .formatted(model, split));
                            return metrics;
                        })
                .orElseGet(
                        () -> {
                            Map<String, Double> metrics = measured.get();
                            kept.write(split, metrics);
                            return metrics;
                        });
    }
}
