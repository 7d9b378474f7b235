package dev.espalier.core.onnx;

import java.util.HashMap;
import java.util.Map;

/**
 * How large a graph, a function or an attribute becomes when every call of a function is replaced
 * by its body: a sum of constants and, for each attribute of the function around it, of a multiple
 * of what a call gives to that attribute. Sums end at {@link #MOST}. Mutable.
 */
final class ExpandedSize {
    /** Stands for all that is larger. */
    static final long MOST = Long.MAX_VALUE / 4;

    private long nodes;
    private long bytes;
    private int depth;
    private final Map<String, Long> uses = new HashMap<>();

    /** Nodes, calls that became a body included. */
    long nodes() {
        return nodes;
    }

    /** Bytes of the values of attributes and of the initializers of sub-graphs. */
    long bytes() {
        return bytes;
    }

    /** How deeply sub-graphs and bodies lie in each other, at most. */
    int depth() {
        return depth;
    }

    /** How often the value of each attribute of the function around appears. */
    Map<String, Long> uses() {
        return uses;
    }

    void addNode() {
        nodes = sum(nodes, 1);
    }

    void addBytes(long more) {
        bytes = sum(bytes, more);
    }

    void addUse(String attribute) {
        uses.merge(attribute, 1L, ExpandedSize::sum);
    }

    /** Adds {@code times} copies of {@code other}, {@code levels} deeper than this. */
    void add(ExpandedSize other, long times, int levels) {
        nodes = sum(nodes, product(other.nodes, times));
        bytes = sum(bytes, product(other.bytes, times));
        depth = Math.max(depth, other.depth + levels);
        other.uses.forEach(
                (attribute, count) ->
                        uses.merge(attribute, product(count, times), ExpandedSize::sum));
    }

    /** Adds the constants of {@code other}, and not what it makes of attributes. */
    void addConstants(ExpandedSize other, int levels) {
        nodes = sum(nodes, other.nodes);
        bytes = sum(bytes, other.bytes);
        depth = Math.max(depth, other.depth + levels);
    }

    private static long sum(long a, long b) {
        return Math.min(MOST, a + b);
    }

    private static long product(long a, long b) {
        return a != 0 && b > MOST / a ? MOST : a * b;
    }
}
