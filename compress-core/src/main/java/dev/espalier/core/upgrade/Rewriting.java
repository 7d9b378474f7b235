package dev.espalier.core.upgrade;

import dev.espalier.core.ir.Node;
import java.util.List;

/** What becomes of the nodes of one operator set in a newer one. */
interface Rewriting {
    /**
     * The nodes that give the same outputs in the newer set, in the order in which they run; the
     * node alone, itself, where it means the same.
     *
     * @param node of the standard domain
     * @param graph that it is in, which takes constants
     * @throws NotKnown where it may mean something else
     */
    List<Node> rewrite(Node node, GraphUpgrade graph);

    /**
     * Whether the node certainly is the same in both sets, whatever its inputs are.
     *
     * @param opset that it is written in
     */
    boolean keeps(Node node, long opset);
}
