package dev.espalier.core.ir;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * One call of an operator, or of a {@link Function} of the model.
 *
 * @param name of the node, may be empty; values, not nodes, carry the edges
 * @param domain of the operator; empty is the ONNX standard, as is {@code ai.onnx}
 * @param opType the operator, in ONNX's words
 * @param overload which of several functions of that domain and name is called; mostly empty
 * @param inputs value names; an empty name is an omitted optional input
 * @param outputs value names; an empty name is an unwanted optional output
 * @param extras what else the file says of the node
 */
public record Node(
        String name,
        String domain,
        String opType,
        String overload,
        List<String> inputs,
        List<String> outputs,
        Attributes attributes,
        Opaque extras) {
    public Node {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
    }

    /** A node of the standard domain. */
    public static Node of(
            String name,
            String opType,
            List<String> inputs,
            List<String> outputs,
            Attributes attributes) {
        return new Node(name, "", opType, "", inputs, outputs, attributes, Opaque.NONE);
    }

    public boolean isStandard() {
        return domain.isEmpty() || domain.equals("ai.onnx");
    }

    /** Whether this is the standard operator {@code type}. */
    public boolean is(String type) {
        return opType.equals(type) && isStandard();
    }

    /** The name of input {@code i}, empty where it is omitted. */
    public String input(int i) {
        return i < inputs.size() ? inputs.get(i) : "";
    }

    public boolean hasInput(int i) {
        return !input(i).isEmpty();
    }

    /**
     * The values without which this cannot be computed: its inputs, and what the graphs in its
     * attributes take from the graph around them.
     */
    public Set<String> reads() {
        Set<String> reads = new LinkedHashSet<>(inputs);
        attributes.graphs().forEach(body -> reads.addAll(GraphIndex.freeNames(body)));
        reads.remove("");
        return reads;
    }

    /** The name of output {@code i}, empty where it is omitted. */
    public String output(int i) {
        return i < outputs.size() ? outputs.get(i) : "";
    }

    /** How messages call this node: its operator and its name or else its first output. */
    public String label() {
        return opType + " '" + (name.isEmpty() ? output(0) : name) + "'";
    }

    public Node withAttributes(Attributes changed) {
        return new Node(name, domain, opType, overload, inputs, outputs, changed, extras);
    }

    public Node withInputs(List<String> changed) {
        return new Node(name, domain, opType, overload, changed, outputs, attributes, extras);
    }

    public Node withOutputs(List<String> changed) {
        return new Node(name, domain, opType, overload, inputs, changed, attributes, extras);
    }

    /** This node with input {@code i} replaced; omitted inputs before it become empty names. */
    public Node withInput(int i, String value) {
        List<String> changed = new ArrayList<>(inputs);
        changed.addAll(Collections.nCopies(Math.max(0, i + 1 - changed.size()), ""));
        changed.set(i, value);
        return withInputs(changed);
    }
}
