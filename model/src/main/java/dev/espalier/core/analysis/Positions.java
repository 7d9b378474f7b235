package dev.espalier.core.analysis;

import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.ir.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Numbers every position (value, axis, index) of a graph and keeps which of them belong together:
 * the union-find structure under {@link ChannelGroups}. Union by smaller root, so that the root of
 * a class is its first position; path halving.
 */
final class Positions {
    /** An axis longer than this has no channels worth cutting one by one, and takes no memory. */
    private static final long LONGEST_AXIS = 1 << 20;

    /** A small file must not fill the memory with what it declares, a large one may need more. */
    private static final long POSITIONS_OF_ANY = 1 << 22;

    private static final long MOST_POSITIONS = 1 << 27;
    private static final int ELEMENTS_A_POSITION = 4;

    private final long most;

    private final Map<String, int[]> firstByValue = new HashMap<>();
    private final List<Axis> axes = new ArrayList<>();
    private final List<Integer> firstByAxis = new ArrayList<>();
    private int count;
    private int[] parents;

    /**
     * @param stored elements of all constants of the model
     */
    Positions(long stored) {
        most = Math.min(MOST_POSITIONS, POSITIONS_OF_ANY + stored / ELEMENTS_A_POSITION);
    }

    /** Gives numbers to a value of fixed shape; a value that has them already keeps them. */
    void add(String value, Shape shape) {
        if (firstByValue.containsKey(value)) {
            return;
        }
        int[] first = new int[shape.rank()];
        for (int axis = 0; axis < first.length; axis++) {
            long size = shape.size(axis);
            first[axis] = size > LONGEST_AXIS ? -1 : count;
            if (size > LONGEST_AXIS) {
                continue;
            }
            axes.add(new Axis(value, axis));
            firstByAxis.add(count);
            if (count + size > most) {
                throw new UnsupportedModelException(
                        "the axes of this model's values have more than %s positions together, at '%s' %s; channels of such a model are not analysed"
                                .formatted(most, value, shape));
            }
            count += (int) size;
        }
        firstByValue.put(value, first);
    }

    /** Ends the numbering; from here on positions are tied. */
    void seal() {
        firstByAxis.add(count);
        parents = new int[count];
        for (int i = 0; i < count; i++) {
            parents[i] = i;
        }
    }

    /** All values that have positions. */
    Set<String> values() {
        return firstByValue.keySet();
    }

    boolean knows(String value) {
        return firstByValue.containsKey(value);
    }

    int rank(String value) {
        return firstByValue.get(value).length;
    }

    /** Number of the first position of an axis, or -1 where the axis is too long to have any. */
    int first(String value, int axis) {
        return firstByValue.get(value)[axis];
    }

    int count() {
        return count;
    }

    int axisCount() {
        return axes.size();
    }

    Axis axis(int ordinal) {
        return axes.get(ordinal);
    }

    /** Number of the first position of axis {@code ordinal}; of the end for the axis after all. */
    int firstOf(int ordinal) {
        return firstByAxis.get(ordinal);
    }

    void tie(int a, int b) {
        int rootA = root(a);
        int rootB = root(b);
        if (rootA < rootB) {
            parents[rootB] = rootA;
        } else {
            parents[rootA] = rootB;
        }
    }

    int root(int position) {
        int at = position;
        while (parents[at] != at) {
            parents[at] = parents[parents[at]];
            at = parents[at];
        }
        return at;
    }
}
