package dev.espalier.core.data;

/** The class of each example of a part; -1 everywhere where the data has none. */
final class ClassLabels {
    private final int[] classes;

    ClassLabels(int[] classes) {
        this.classes = classes;
    }

    static ClassLabels none(int size) {
        int[] classes = new int[size];
        java.util.Arrays.fill(classes, -1);
        return new ClassLabels(classes);
    }

    int at(int index) {
        return classes[index];
    }

    int size() {
        return classes.length;
    }
}
