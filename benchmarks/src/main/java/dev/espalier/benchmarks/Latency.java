package dev.espalier.benchmarks;

import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.pass.Progress;
import dev.espalier.core.report.LatencyResult;
import dev.espalier.core.report.SpeedUp;
import dev.espalier.runtime.RepeatedRun;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.openjdk.jmh.results.RunResult;

/**
 * Measures how long calls of models take. Each model is timed in several fresh JVMs that alternate
 * with those of the other models (A B A B ...), more of them where the machine is too busy for a
 * verdict; JMH takes every call's time, and the medians of the forks are shown next to each other.
 *
 * @param settings in the order of the plan
 * @param log what JMH and the forks printed
 */
public record Latency(List<Setting> settings, String log) {
    /** All models at one number of threads and one batch; {@code runs} is in the models' order. */
    record Setting(int threads, int batch, List<ModelRuns> runs) {
        Setting {
            runs = List.copyOf(runs);
        }
    }

    /** The forks of a setting. */
    private record Forks(Setting setting, LatencyPlan plan, StringBuilder log)
            implements Rounds.Turns {
        @Override
        public int models() {
            return setting.runs().size();
        }

        @Override
        public void fork(int index) {
            ModelRuns runs = setting.runs().get(index);
            runs.add(Fork.run(runs.model(), setting.threads(), setting.batch(), plan, log));
        }

        @Override
        public boolean isWide() {
            LatencyResult first = setting.runs().get(0).result();
            return setting.runs().stream()
                    .skip(1)
                    .anyMatch(runs -> SpeedUp.of(List.of(first, runs.result())).isWide());
        }
    }

    public Latency {
        settings = List.copyOf(settings);
    }

    /**
     * Measures all of {@code models} at every setting of {@code plan}. Nothing is printed.
     *
     * @throws dev.espalier.core.UnsupportedModelException where a model cannot be run so; all are
     *     tried before anything is timed
     * @throws dev.espalier.core.InvalidOptionException where an input's size stays open
     * @throws dev.espalier.core.CancelledException where the thread is interrupted
     */
    public static Latency measure(List<Path> models, LatencyPlan plan, Progress progress) {
        List<Setting> settings = new ArrayList<>();
        StringBuilder log = new StringBuilder();
        for (int threads : plan.threads()) {
            for (int batch : plan.batches()) {
                List<ModelRuns> runs = new ArrayList<>();
                for (Path model : models) {
                    runs.add(new ModelRuns(model, threads, tryOnce(model, threads, batch, plan)));
                }
                settings.add(new Setting(threads, batch, runs));
            }
        }
        new Rounds(plan.effort(), System::nanoTime)
                .measure(
                        settings.stream().map(setting -> new Forks(setting, plan, log)).toList(),
                        progress);
        return new Latency(settings, log.toString());
    }

    private static int tryOnce(Path model, int threads, int batch, LatencyPlan plan) {
        InputShapes shapes = new InputShapes(batch, plan.inputShapes());
        try (RepeatedRun run = RepeatedRun.open(model, threads, shapes, plan.seed())) {
            run.run();
            return Math.toIntExact(run.batch());
        }
    }

    /** The results of the model that was given at {@code index}, one a setting. */
    public List<LatencyResult> of(int index) {
        return settings.stream().map(setting -> setting.runs().get(index).result()).toList();
    }

    /**
     * The measurements as JMH writes them: one benchmark entry for each model and setting, its
     * parameter {@code model} being {@code names}'s.
     *
     * @param names what to call the models, in their order
     */
    public String json(List<String> names) {
        List<RunResult> merged = new ArrayList<>();
        for (Setting setting : settings) {
            for (int i = 0; i < names.size(); i++) {
                merged.add(setting.runs().get(i).merged(names.get(i)));
            }
        }
        return JmhJson.write(merged);
    }
}
