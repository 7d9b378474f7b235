package dev.espalier.core.analysis;

import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.ir.Node;
import java.util.NoSuchElementException;
import java.util.function.Supplier;

/**
 * Asks an operator about one of its nodes. A file may hold nodes that make no sense, and rules say
 * so with the exceptions of the language: here each becomes one that names the node.
 */
final class OperatorRule {
    private OperatorRule() {}

    /**
     * What {@code rule} says of {@code node}.
     *
     * @throws UnsupportedModelException where the node does not fit its operator
     */
    static <T> T ask(Node node, Supplier<T> rule) {
        try {
            return rule.get();
        } catch (ArithmeticException e) {
            throw new UnsupportedModelException(
                    node.label()
                            + ": its sizes are too large to count with ("
                            + e.getMessage()
                            + ")",
                    e);
        } catch (IllegalArgumentException
                | IllegalStateException
                | IndexOutOfBoundsException
                | NegativeArraySizeException
                | NoSuchElementException e) {
            throw new UnsupportedModelException(node.label() + ": " + e.getMessage(), e);
        }
    }
}
