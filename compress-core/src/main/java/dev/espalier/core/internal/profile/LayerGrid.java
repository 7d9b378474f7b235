package dev.espalier.core.internal.profile;

import dev.espalier.core.profile.LayerKind;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Which layers of a kind are timed, in sets that are timed by turns. */
final class LayerGrid {
    /**
     * Those at which the steps of channels show: for each of 4, 8, 16 and 32 some widths between
     * its multiples, and the next multiple above each.
     */
    private static final int[] STEPS = {
        8, 10, 12, 16, 18, 20, 22, 24, 28, 30, 32, 36, 40, 44, 48, 56, 64, 80, 96, 112, 128
    };

    /** Where time is asked for at other sizes, what lies between is scaled. */
    private static final int[] WIDTHS = {16, 32, 64, 128};

    private static final int[] SIDES = {8, 16, 56};

    /**
     * Rows of a product that are as many as the pixels of maps of these sides would be too many.
     */
    private static final int[] ROWS = {1, 16, 64};

    private static final int STEP_SIDE = 32;
    private static final int STEP_ROWS = 256;

    /** Multiplications of the largest layer that is timed; it takes about a millisecond. */
    private static final long MOST_WORK = 120_000_000;

    private LayerGrid() {}

    /** A layer to be timed. */
    record Point(int inputs, int outputs, int height, int width) {
        private long work(LayerKind kind) {
            long window = kind == LayerKind.SPATIAL ? 9 : 1;
            return (long) inputs * outputs * height * width * window;
        }
    }

    /** Layers of as many outputs as inputs, from which {@code MachineProfile.step} is found. */
    static List<Point> steps(LayerKind kind) {
        List<Point> points = new ArrayList<>();
        for (int width : STEPS) {
            points.add(square(kind, width, isProduct(kind) ? STEP_ROWS : STEP_SIDE));
        }
        return points;
    }

    /** Further sets: other sizes, and layers that widen and narrow. */
    static List<List<Point>> sizes(LayerKind kind) {
        List<List<Point>> sets = new ArrayList<>();
        for (int size : isProduct(kind) ? ROWS : SIDES) {
            List<Point> points = new ArrayList<>();
            for (int width : WIDTHS) {
                points.add(square(kind, width, size));
            }
            points.removeIf(point -> !kind.isChannelwise() && point.work(kind) > MOST_WORK);
            sets.add(points);
        }
        if (!kind.isChannelwise()) {
            sets.add(List.copyOf(rectangles(kind)));
        }
        return sets;
    }

    private static Set<Point> rectangles(LayerKind kind) {
        Set<Point> points = new LinkedHashSet<>();
        for (int inputs : WIDTHS) {
            for (int outputs : WIDTHS) {
                if (inputs != outputs) {
                    Point like = square(kind, inputs, isProduct(kind) ? STEP_ROWS : STEP_SIDE);
                    points.add(new Point(inputs, outputs, like.height(), like.width()));
                }
            }
        }
        return points;
    }

    private static Point square(LayerKind kind, int channels, int size) {
        return new Point(channels, channels, size, isProduct(kind) ? 1 : size);
    }

    private static boolean isProduct(LayerKind kind) {
        return kind == LayerKind.PRODUCT;
    }
}
