package dev.espalier.internal.input;

import dev.espalier.core.DataException;
import dev.espalier.core.internal.file.Sha256;
import dev.espalier.core.pass.Checkpoints;
import dev.espalier.core.recipe.DataOptions;
import dev.espalier.core.report.Machine;
import dev.espalier.core.report.ReportJson;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

/**
 * What an earlier run measured of one model file on one split of the same data, in the user's cache
 * folder. An entry's name is a hash of everything that its figures depend on: the model's content,
 * the data's, how examples are read and chosen, the runtime, the CPU and its cores. What is damaged
 * is not there.
 */
public final class KeptMetrics {
    /**
     * To be raised whenever the same model may get other figures, or they are written otherwise.
     */
    private static final int VERSION = 1;

    /** Of the user's cache folder. */
    private static final String FOLDER = "metrics";

    private static final int MOST_FILES = 256;

    private final Checkpoints cache;
    private final String identity;

    /** An entry's content. */
    private record Entry(Map<String, Double> metrics) {}

    KeptMetrics(Checkpoints cache, String identity) {
        this.cache = cache;
        this.identity = identity;
    }

    /** Keeps nothing. */
    public static KeptMetrics none() {
        return new KeptMetrics(Checkpoints.NONE, "");
    }

    /**
     * @param model its fingerprint
     * @param data its fingerprint
     * @param seed of the choice of examples
     */
    public static KeptMetrics of(String model, String data, DataOptions options, long seed) {
        return new KeptMetrics(
                CacheFolder.ofUser(FOLDER, MOST_FILES),
                identity(model, data, options, seed, Machine.current()));
    }

    /** All that figures depend on but for the split. The path of the data does not count. */
    static String identity(
            String model, String data, DataOptions options, long seed, Machine machine) {
        return String.join(
                "\n",
                Integer.toString(VERSION),
                model,
                data,
                options.format().toString(),
                options.preprocess().toString(),
                options.validation().toString(),
                Long.toString(seed),
                Versions.espalier(),
                Versions.pinned("onnxruntime"),
                machine.os(),
                machine.cpu(),
                machine.cpuFlags().toString(),
                Integer.toString(machine.cores()));
    }

    /**
     * @param split {@code test} or {@code validation}
     * @return by name; empty where nothing was kept that can be read
     */
    public Optional<Map<String, Double>> read(String split) {
        try {
            return cache.read(name(split))
                    .map(content -> new String(content, StandardCharsets.UTF_8))
                    .map(json -> ReportJson.read(json, Entry.class).metrics())
                    .filter(metrics -> !metrics.isEmpty());
        } catch (DataException e) {
            return Optional.empty();
        }
    }

    /** Keeps {@code metrics} for later runs, unless one of them is not finite. */
    public void write(String split, Map<String, Double> metrics) {
        if (metrics.values().stream().allMatch(Double::isFinite)) {
            String json = ReportJson.write(new Entry(metrics));
            cache.write(name(split), json.getBytes(StandardCharsets.UTF_8));
        }
    }

    private String name(String split) {
        String asked = identity + "\n" + split;
        return Sha256.of(asked.getBytes(StandardCharsets.UTF_8));
    }
}
