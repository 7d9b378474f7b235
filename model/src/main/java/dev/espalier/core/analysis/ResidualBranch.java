package dev.espalier.core.analysis;

import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Node;
import java.util.List;

/**
 * What a residual network adds to a value that goes past it: {@code y = s + f}, with the shortcut s
 * and the branch f computed from the same values, and f the dearer of the two. Without the branch y
 * is s. He et al., Deep Residual Learning for Image Recognition, 2016.
 *
 * @param add the Add node
 * @param side which input of {@code add} the branch is, 0 or 1; the other is the shortcut
 * @param dataType of the branch and the shortcut
 * @param nodes what only the branch needs, in the order of the graph, {@code add} excluded
 * @param macs multiply-accumulate operations of {@code nodes}
 */
public record ResidualBranch(Node add, int side, DataType dataType, List<Node> nodes, long macs) {
    public ResidualBranch {
        nodes = List.copyOf(nodes);
    }

    /** The value that is left. */
    public String shortcut() {
        return add.input(1 - side);
    }

    /** The value that may go. */
    public String branch() {
        return add.input(side);
    }

    /** The value that they add up to: it names the branch, also after others have been removed. */
    public String sum() {
        return add.output(0);
    }
}
