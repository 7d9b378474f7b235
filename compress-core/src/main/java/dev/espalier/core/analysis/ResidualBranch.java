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
 * @param shortcut the value that is left
 * @param branch the value that may go
 * @param dataType of the branch and the shortcut
 * @param nodes what only the branch needs, in the order of the graph, {@code add} excluded
 * @param macs multiply-accumulate operations of {@code nodes}
 */
public record ResidualBranch(
        Node add, String shortcut, String branch, DataType dataType, List<Node> nodes, long macs) {
    public ResidualBranch {
        nodes = List.copyOf(nodes);
    }

    /** The sum: names the branch, also after others have been removed. */
    public String sum() {
        return add.output(0);
    }
}
