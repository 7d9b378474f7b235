package dev.espalier.core.op.nn;

import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.ChannelCut;
import dev.espalier.core.op.spec.ChannelLinks;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.Operator;
import dev.espalier.core.op.spec.Shapes;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.op.spec.Traits;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A recurrent layer of G gates: X [seq, batch, input], W [dirs, G*hidden, input], R [dirs,
 * G*hidden, hidden], and optional B [dirs, 2*G*hidden], sequence_lens [batch] and initial_h [dirs,
 * batch, hidden], to Y [seq, dirs, batch, hidden] and the last of each example, Y_h [dirs, batch,
 * hidden]; any of the outputs may be left out. With {@code layout} 1 the batch comes first
 * everywhere. {@code dirs} is 2 where {@code direction} is bidirectional and else 1.
 *
 * <p>Channels: those of X go with the columns of W. Hidden unit h goes with row h of every gate in
 * W, R and B, with column h of R, and with its place in states and outputs; both directions have
 * the same units. Time is frozen.
 */
@Traits({Trait.UNCHANGED_7_TO_13, Trait.UNCHANGED_13_TO_21, Trait.MATRIX_PRODUCT})
abstract class Recurrent implements Operator {
    static final int W = 1;
    static final int R = 2;
    static final int B = 3;
    static final int LENGTHS = 4;
    static final int INITIAL_H = 5;

    private static final String HIDDEN_SIZE = "hidden_size";

    private final int gates;

    Recurrent(int gates) {
        this.gates = gates;
    }

    /** How many inputs there may be. */
    int inputs() {
        return INITIAL_H + 1;
    }

    /** The inputs that are states before the first step, each of the shape of Y_h. */
    List<Integer> states() {
        return List.of(INITIAL_H);
    }

    @Override
    public int outputs() {
        return 2;
    }

    @Override
    public boolean mayOmitFirstOutput() {
        return true;
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(R + 1, inputs()).reals(W, R, B);
        checkSequence(node);
        Call call = node.call();
        Dim directions = Dim.of(directions(call));
        Dim hidden = hidden(call);
        node.shape(W, directions, rows(call), input(call));
        node.shape(R, directions, rows(call), hidden);
    }

    /** Hidden units of all gates. */
    Dim rows(Call call) {
        return Shapes.times(Dim.of(gates), hidden(call));
    }

    /** What does not depend on the form of W and R. */
    void checkSequence(NodeCheck node) {
        Call call = node.call();
        node.integers(LENGTHS).real("clip");
        node.word("direction", "forward", "reverse", "bidirectional").flag("layout");
        node.integer(HIDDEN_SIZE, 1, NodeCheck.MOST / Byte.SIZE);
        node.shape(0, Dim.UNKNOWN, Dim.UNKNOWN, Dim.UNKNOWN);
        node.shape(R, Dim.UNKNOWN, Dim.UNKNOWN, Dim.UNKNOWN);
        node.shape(B, Dim.of(directions(call)), Shapes.times(Dim.of(2), rows(call)));
        node.vector(LENGTHS, batch(call));
        for (int state : states()) {
            node.reals(state).shape(state, state(call).dims().toArray(Dim[]::new));
        }
    }

    static boolean isBatchFirst(Call call) {
        return call.attributes().integer("layout", 0) == 1;
    }

    static int directions(Call call) {
        return call.attributes().string("direction", "forward").equals("bidirectional") ? 2 : 1;
    }

    /** Units of one direction. */
    Dim hidden(Call call) {
        if (call.attributes().has(HIDDEN_SIZE)) {
            return Dim.of(call.attributes().integer(HIDDEN_SIZE, 0));
        }
        return call.ranked(R) ? call.shape(R).dim(2) : Dim.UNKNOWN;
    }

    private static Dim x(Call call, int axis) {
        return call.ranked(0) ? call.shape(0).dim(axis) : Dim.UNKNOWN;
    }

    private static Dim steps(Call call) {
        return x(call, isBatchFirst(call) ? 1 : 0);
    }

    static Dim batch(Call call) {
        return x(call, isBatchFirst(call) ? 0 : 1);
    }

    static Dim input(Call call) {
        return x(call, 2);
    }

    /** Shape of Y_h, and of every state. */
    private Shape state(Call call) {
        Dim directions = Dim.of(directions(call));
        return isBatchFirst(call)
                ? Shape.of(List.of(batch(call), directions, hidden(call)))
                : Shape.of(List.of(directions, batch(call), hidden(call)));
    }

    @Override
    public List<TensorType> outputTypes(Call call) {
        Dim directions = Dim.of(directions(call));
        Shape all =
                isBatchFirst(call)
                        ? Shape.of(List.of(batch(call), steps(call), directions, hidden(call)))
                        : Shape.of(List.of(steps(call), directions, batch(call), hidden(call)));
        return IntStream.range(0, call.node().outputs().size())
                .mapToObj(i -> new TensorType(call.dataType(0), i == 0 ? all : state(call)))
                .toList();
    }

    @Override
    public void channels(Call call, ChannelLinks links) {
        Node node = call.node();
        String w = node.input(W);
        int hidden = Math.toIntExact(hidden(call).size());
        int rows = Math.multiplyExact(gates, hidden);
        links.tie(node.input(0), 2, w, 2);
        links.freeze(node.input(0), isBatchFirst(call) ? 1 : 0, "a recurrence runs along it");
        links.tie(node.input(R), 1, w, 1);
        links.tie(node.input(R), 2, h -> h, w, 1, h -> h, hidden);
        links.tie(w, 1, row -> row, w, 1, row -> row % hidden, rows);
        if (call.has(B)) {
            links.tie(node.input(B), 1, i -> i, w, 1, i -> i % rows, Math.multiplyExact(2, rows));
        }
        if (call.has(LENGTHS)) {
            links.tie(node.input(LENGTHS), 0, node.input(0), isBatchFirst(call) ? 0 : 1);
        }
        for (int state : states()) {
            if (call.has(state)) {
                tieUnits(call, node.input(state), links);
            }
        }
        for (int i = 0; i < node.outputs().size(); i++) {
            if (!node.output(i).isEmpty()) {
                tieOutput(call, i, links);
            }
        }
    }

    /** Ties batch and units of a state. */
    private void tieUnits(Call call, String state, ChannelLinks links) {
        int batch = isBatchFirst(call) ? 0 : 1;
        links.tie(call.node().input(0), batch, state, batch);
        int hidden = Math.toIntExact(hidden(call).size());
        links.tie(state, 2, h -> h, call.node().input(W), 1, h -> h, hidden);
    }

    private void tieOutput(Call call, int i, ChannelLinks links) {
        if (i > 0) {
            tieUnits(call, call.node().output(i), links);
            return;
        }
        String y = call.node().output(0);
        boolean batchFirst = isBatchFirst(call);
        links.tie(call.node().input(0), batchFirst ? 0 : 1, y, batchFirst ? 0 : 2);
        links.freeze(y, batchFirst ? 1 : 0, "a recurrence runs along it");
        int hidden = Math.toIntExact(hidden(call).size());
        links.tie(call.node().input(W), 1, h -> h, y, 3, h -> h, hidden);
    }

    @Override
    public Node cut(Call call, ChannelCut cut) {
        int hidden = cut.kept(call.node().input(R), 2).length;
        return call.node().withAttributes(call.attributes().with(HIDDEN_SIZE, hidden));
    }

    @Override
    public int[] parameters(Call call) {
        return new int[] {W, R, B};
    }

    /**
     * In each step, every gate of every direction reads the input and the units of the last one.
     */
    @Override
    public long macs(Call call) {
        Shape x = call.shape(0);
        long weights = Math.addExact(call.shape(W).elementCount(), call.shape(R).elementCount());
        return Math.multiplyExact(Math.multiplyExact(x.size(0), x.size(1)), weights);
    }
}
