package dev.espalier.core.report;

import java.util.List;

/**
 * A figure that a pass took again and again, by epoch.
 *
 * @param name what it is, such as {@code training loss}
 */
public record Curve(String name, List<Point> points) {
    /** One reading. */
    public record Point(double epoch, double value) {}

    public Curve {
        points = points == null ? List.of() : List.copyOf(points);
    }
}
