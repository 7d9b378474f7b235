package dev.espalier.core.op;

import dev.espalier.core.analysis.ShapeInference;
import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.ChannelCut;
import dev.espalier.core.op.spec.ChannelLinks;
import dev.espalier.core.op.spec.Operator;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/** Asks the rules of the last node of a model that is given as text. */
public final class OperatorProbe implements ChannelLinks {
    private final ShapeInference inference;
    private final Node node;
    private final Operator operator;
    private final Call call;
    private final Map<String, Set<String>> ties = new HashMap<>();
    private final Set<String> mentioned = new LinkedHashSet<>();
    private final List<String> freezes = new ArrayList<>();

    private OperatorProbe(Model model) {
        List<Node> nodes = model.graph().nodes();
        node = nodes.get(nodes.size() - 1);
        inference = ShapeInference.of(model);
        operator = Operators.of(node).orElseThrow();
        call = inference.call(node);
    }

    public static OperatorProbe of(String text) {
        return new OperatorProbe(GraphText.parse(text));
    }

    /** The types of the outputs as text. */
    public List<String> types() {
        return node.outputs().stream()
                .map(output -> inference.type(output).map(TensorType::toString).orElse("?"))
                .toList();
    }

    /** Whether factors at these inputs come out again. */
    public boolean isHomogeneous(Integer... scaled) {
        return operator.isHomogeneous(call, Set.of(scaled));
    }

    public long macs() {
        return operator.macs(call);
    }

    /** Whether the call is written as TorchScript. */
    public boolean trains() {
        return operator.trains(call);
    }

    /** This probe after it has listened to the channel rule. */
    public OperatorProbe linked() {
        operator.channels(call, this);
        return this;
    }

    /** All positions that go with one, as {@code value.axis.index}, itself left out. */
    public Set<String> partners(String value, int axis, int index) {
        Set<String> found = new TreeSet<>();
        List<String> open = new ArrayList<>(List.of(position(value, axis, index)));
        while (!open.isEmpty()) {
            String next = open.remove(open.size() - 1);
            if (found.add(next)) {
                open.addAll(ties.getOrDefault(next, Set.of()));
            }
        }
        found.remove(position(value, axis, index));
        return found;
    }

    /** Whether the axis may be cut as far as this node is concerned. */
    public boolean isFree(String value, int axis) {
        return mentioned.contains(value + "." + axis)
                && freezes.stream().noneMatch(f -> f.startsWith(value + "." + axis + ":"));
    }

    public List<String> freezes() {
        return freezes;
    }

    /** The node after a cut, and the constants it was given, by their new names. */
    public record CutNode(Node node, Map<String, Tensor> constants) {
        public long[] constant(int input) {
            return constants.get(node.input(input)).toLongs();
        }
    }

    /**
     * @param kept the indices that stay, by {@code value.axis}; all of the other axes
     */
    public CutNode cut(Map<String, int[]> kept) {
        Map<String, Tensor> constants = new LinkedHashMap<>();
        Node changed =
                operator.cut(
                        call,
                        new ChannelCut() {
                            @Override
                            public int[] kept(String value, int axis) {
                                Dim dim = inference.shape(value).dim(axis);
                                int size = dim.isFixed() ? (int) dim.size() : 0;
                                return kept.getOrDefault(
                                        value + "." + axis, IntStream.range(0, size).toArray());
                            }

                            @Override
                            public String constant(String hint, Tensor tensor) {
                                constants.put(hint + "_cut", tensor);
                                return hint + "_cut";
                            }
                        });
        return new CutNode(changed, constants);
    }

    public Node node() {
        return node;
    }

    private static String position(String value, int axis, int index) {
        return value + "." + axis + "." + index;
    }

    @Override
    public void tie(String a, int axisA, String b, int axisB) {
        long size = inference.shape(a).dim(axisA).isFixed() ? inference.shape(a).size(axisA) : 0;
        tie(a, axisA, i -> i, b, axisB, i -> i, (int) size);
    }

    @Override
    public void tie(
            String a,
            int axisA,
            IntUnaryOperator indexA,
            String b,
            int axisB,
            IntUnaryOperator indexB,
            int count) {
        allow(a, axisA);
        allow(b, axisB);
        for (int i = 0; i < count; i++) {
            String left = position(a, axisA, indexA.applyAsInt(i));
            String right = position(b, axisB, indexB.applyAsInt(i));
            ties.computeIfAbsent(left, k -> new TreeSet<>()).add(right);
            ties.computeIfAbsent(right, k -> new TreeSet<>()).add(left);
        }
    }

    @Override
    public void allow(String value, int axis) {
        mentioned.add(value + "." + axis);
    }

    @Override
    public void freeze(String value, int axis, String reason) {
        mentioned.add(value + "." + axis);
        freezes.add(value + "." + axis + ": " + reason);
    }
}
