package dev.espalier.core.data;

/** Seeds made from a seed and a number, such as an epoch, an index or a step. */
public final class Seeds {
    private Seeds() {}

    /** A seed of its own for each {@code number}: the finalizer of SplitMix64 over both. */
    public static long mix(long seed, long number) {
        long z = seed + 0x9e3779b97f4a7c15L * (number + 1);
        z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
        z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
        return z ^ z >>> 31;
    }
}
