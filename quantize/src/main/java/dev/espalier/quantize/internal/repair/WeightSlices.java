package dev.espalier.quantize.internal.repair;

import dev.espalier.core.ir.Node;

/**
 * The constant that {@code node} reads as input {@code input}, seen as one slice for each channel
 * of a group.
 *
 * @param along which of the group's axes its channels lie on
 */
public record WeightSlices(Node node, int input, int along) {
    /** The value that holds the numbers. */
    String value() {
        return node.input(input);
    }
}
