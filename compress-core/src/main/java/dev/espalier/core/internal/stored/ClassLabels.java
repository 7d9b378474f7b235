package dev.espalier.core.internal.stored;

import dev.espalier.core.DataException;
import java.util.Arrays;

/** The class of each example of a part; -1 everywhere where the data has none. */
public final class ClassLabels {
    /** Far above what any model tells apart: a label beyond it is no class. */
    private static final int MOST = 1 << 20;

    private final int[] classes;

    public ClassLabels(int[] classes) {
        this.classes = classes;
    }

    public static ClassLabels none(int size) {
        int[] classes = new int[size];
        Arrays.fill(classes, -1);
        return new ClassLabels(classes);
    }

    /**
     * {@code label} as a class number.
     *
     * @param where it was found, for the message
     */
    static int checked(long label, String where) {
        if (label < 0 || label >= MOST) {
            throw new DataException(
                    "%s has the label %s, expected a class number from 0".formatted(where, label));
        }
        return (int) label;
    }

    int at(int index) {
        return classes[index];
    }

    int size() {
        return classes.length;
    }
}
