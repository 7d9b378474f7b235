package dev.espalier.quantize.internal.effect;

import dev.espalier.core.ir.Model;
import dev.espalier.core.pass.ComparedExamples;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.Progress;
import java.util.Comparator;
import java.util.List;

/**
 * Finds which values' own noise harms, and how much. Every value that both networks have is
 * computed in floats from those before it as the changed network has them; what the changed network
 * has instead of it, less that, is its own noise, without what came before. Each noise alone is
 * then added in the exact network, and the output compared: little noise may do great harm, such as
 * beside the -1e9 of a mask, of which it is a millionth and yet all that there was.
 */
final class NoiseSearch {
    /** Runs of the network at the most, to show where errors arise: what bounds the time. */
    static final int FEW = 512;

    /** To decide by them. */
    static final int MANY = 2048;

    /** As many as rank layers that do about equal harm. */
    private static final int EXAMPLES = 32;

    private NoiseSearch() {}

    /**
     * Those values that harm, the one that harms most first; empty where no value in both networks
     * has noise.
     *
     * @param output that is compared
     * @param runs of the network, at the most; one example is looked at in any case
     * @throws dev.espalier.core.UnsupportedModelException where the runtime refuses the networks
     *     cut up
     */
    static List<LayerNoise> harmful(
            Model before,
            Model after,
            String output,
            ComparedExamples examples,
            int runs,
            PassContext context) {
        List<KnownValue> values = KnownValues.of(before, after);
        if (values.isEmpty()) {
            return List.of();
        }
        int few = Math.max(1, Math.min(EXAMPLES, runs / values.size()));
        List<int[]> batches = examples.first(before, few).batches();
        long steps = (long) batches.size() * values.size();
        try (NoiseRun run = new NoiseRun(before, after, values, output, context.runner());
                Progress.Task task = context.progress().begin("error by layer", steps, "values")) {
            for (int[] batch : batches) {
                run.add(
                        examples.inputs(batch),
                        () -> {
                            context.checkCancelled();
                            task.advance(1);
                        });
            }
            return run.noises().values().stream()
                    .filter(noise -> noise.carried().noise() > 0)
                    .sorted(Comparator.comparingDouble(noise -> noise.carried().decibels()))
                    .toList();
        }
    }
}
