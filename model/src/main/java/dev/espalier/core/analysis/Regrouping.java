package dev.espalier.core.analysis;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/**
 * One axis of a value whose positions are those of several axes of another, row-major: what a
 * Reshape splits or merges. A cut can follow one of the several; the others stay whole.
 *
 * @param links of the node that regroups
 * @param parts value with the several axes
 * @param from the first of them
 * @param sizes of all of them
 * @param preferred the one that is taken where nothing speaks for another
 */
record Regrouping(
        LinkRecorder links,
        String whole,
        int wholeAxis,
        String parts,
        int from,
        List<Integer> sizes,
        int preferred) {
    /** An axis that a regrouping could take. */
    private record Candidate(Regrouping regrouping, int axis) {
        boolean isPreferred() {
            return axis == regrouping.preferred;
        }
    }

    /** Axes that belong together, so that one cut follows all of them. */
    private record Alike(boolean free, List<Candidate> candidates) {
        long preferences() {
            return candidates.stream().filter(Candidate::isPreferred).count();
        }
    }

    /**
     * Takes an axis for each, so that regroupings of the same channels agree: heads that one
     * Reshape splits off and another merges are units to both. Axes that have to stay as they are
     * come last, then those come first that belong together in more places, then those that more
     * places prefer.
     *
     * @param all in the order of the graph
     * @param isFree whether nothing is known so far that keeps an axis as it is
     */
    static void settle(List<Regrouping> all, Positions positions, Predicate<Axis> isFree) {
        Map<Integer, Alike> byRoot = new LinkedHashMap<>();
        for (Regrouping each : all) {
            for (int axis : each.candidates()) {
                int first = positions.first(each.parts, axis);
                int root = first < 0 ? -1 : positions.root(first);
                boolean free = first >= 0 && isFree.test(new Axis(each.parts, axis));
                byRoot.computeIfAbsent(root, r -> new Alike(free, new ArrayList<>()))
                        .candidates()
                        .add(new Candidate(each, axis));
            }
        }
        Set<Regrouping> settled = new HashSet<>();
        byRoot.values().stream()
                .sorted(
                        Comparator.comparing(Alike::free)
                                .thenComparing(alike -> alike.candidates().size())
                                .thenComparing(Alike::preferences)
                                .reversed())
                .flatMap(alike -> alike.candidates().stream())
                .filter(candidate -> settled.add(candidate.regrouping()))
                .forEach(candidate -> candidate.regrouping().take(candidate.axis()));
    }

    /** The axes that hold more than one position. */
    private List<Integer> candidates() {
        return IntStream.range(0, sizes.size())
                .filter(i -> sizes.get(i) != 1)
                .mapToObj(i -> from + i)
                .toList();
    }

    private void take(int axis) {
        links.take(this, axis);
    }

    /** Each is its own, however alike two are. */
    @Override
    public boolean equals(Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }
}
