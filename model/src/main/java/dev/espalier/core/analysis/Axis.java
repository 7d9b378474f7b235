package dev.espalier.core.analysis;

/** One axis of one value of a graph: {@code axis} counts from 0. */
public record Axis(String value, int axis) {
    @Override
    public String toString() {
        return "axis " + axis + " of '" + value + "'";
    }
}
