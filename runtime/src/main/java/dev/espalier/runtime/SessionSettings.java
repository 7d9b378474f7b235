package dev.espalier.runtime;

import java.util.Objects;

/**
 * How ONNX Runtime runs a model.
 *
 * @param threads that work together on one operator; 0 for one a core
 * @param optimization what the runtime may do to the graph when it loads it
 * @param exactSums whether products of 8-bit integers are added in 32 bits on every CPU, which is
 *     slower on x86 CPUs without VNNI instructions: ONNX Runtime's option {@code
 *     session.x64quantprecision}
 */
public record SessionSettings(int threads, Optimization optimization, boolean exactSums) {
    /** ONNX Runtime's levels; each includes those before it. */
    public enum Optimization {
        /** The graph runs as it is written. */
        NONE,
        /** Constant folding and the removal of redundant nodes. */
        BASIC,
        /** Fusions of operators. */
        EXTENDED,
        /** Everything, memory layouts included: how a model is used in practice. */
        ALL
    }

    /** One thread a core, all optimizations, 8-bit sums as the CPU does them fastest. */
    public static final SessionSettings DEFAULT = new SessionSettings(0, Optimization.ALL, false);

    public SessionSettings {
        if (threads < 0 || threads > 1024) {
            throw new IllegalArgumentException("threads must be 0 to 1024, found " + threads);
        }
        Objects.requireNonNull(optimization);
    }

    public SessionSettings withThreads(int changed) {
        return new SessionSettings(changed, optimization, exactSums);
    }

    public SessionSettings withOptimization(Optimization changed) {
        return new SessionSettings(threads, changed, exactSums);
    }

    public SessionSettings withExactSums(boolean changed) {
        return new SessionSettings(threads, optimization, changed);
    }
}
