package dev.espalier.core.recipe;

import dev.espalier.core.pass.Option;
import dev.espalier.core.pass.Withers;
import java.util.List;

/**
 * The settings in which latency is measured, every thread count with every batch size.
 *
 * @param threads of the runtime inside one operator
 * @param batch examples in one call; also the size of a free first dimension, the first one counts
 */
@Withers
public record BenchmarkOptions(
        @Option(value = "[1]", help = "Threads of the runtime.", min = 1, max = 256)
                List<Integer> threads,
        @Option(value = "[1]", help = "Examples in one call.", min = 1, max = 65536)
                List<Integer> batch)
        implements BenchmarkOptionsBuilder.With {
    public BenchmarkOptions {
        threads = List.copyOf(threads);
        batch = List.copyOf(batch);
        if (threads.isEmpty() || batch.isEmpty()) {
            throw new IllegalArgumentException("at least one thread count and one batch size");
        }
    }
}
