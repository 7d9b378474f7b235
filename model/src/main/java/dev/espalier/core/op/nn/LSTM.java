package dev.espalier.core.op.nn;

import dev.espalier.core.ir.Dim;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.ChannelLinks;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.Shapes;
import dev.espalier.core.op.spec.TorchWriter;
import java.util.List;

/**
 * {@code C_t = f C_t-1 + i g, H_t = o tanh(C_t)} with the gates i, o, f and g of {@code W X_t + R
 * H_t-1 + B}, in this order: a {@link Recurrent} layer with one more state, initial_c to Y_c, and
 * optional peepholes P [dirs, 3*hidden] from it to i, o and f.
 */
public final class LSTM extends Recurrent {
    private static final int INITIAL_C = 6;
    private static final int P = 7;
    private static final int GATES = 4;
    private static final int PEEPHOLES = 3;

    /** Torch's gates are i, f, g and o. */
    private static final List<Integer> ORDER = List.of(0, 2, 3, 1);

    public LSTM() {
        super(GATES);
    }

    @Override
    public String type() {
        return "LSTM";
    }

    @Override
    public int outputs() {
        return 3;
    }

    @Override
    int inputs() {
        return P + 1;
    }

    @Override
    List<Integer> states() {
        return List.of(INITIAL_H, INITIAL_C);
    }

    /** {@link #check} of one whose W is [dirs, input, 4*hidden] and R likewise, of any type. */
    public void checkTransposed(NodeCheck node) {
        checkSequence(node);
        Dim directions = Dim.of(directions(node.call()));
        node.shape(W, directions, input(node.call()), rows(node.call()));
        node.shape(R, directions, hidden(node.call()), rows(node.call()));
    }

    @Override
    void checkSequence(NodeCheck node) {
        super.checkSequence(node);
        node.flag("input_forget").reals(P);
        node.shape(
                P,
                Dim.of(directions(node.call())),
                Shapes.times(Dim.of(PEEPHOLES), hidden(node.call())));
    }

    @Override
    public void channels(Call call, ChannelLinks links) {
        super.channels(call, links);
        if (call.has(P)) {
            int hidden = Math.toIntExact(hidden(call).size());
            links.tie(
                    call.node().input(P),
                    1,
                    i -> i,
                    call.node().input(W),
                    1,
                    i -> i % hidden,
                    Math.multiplyExact(PEEPHOLES, hidden));
        }
    }

    @Override
    public int[] parameters(Call call) {
        return new int[] {W, R, B, P};
    }

    @Override
    public boolean trains(Call call) {
        return RecurrentTorch.takes(call, "Sigmoid", "Tanh", "Tanh")
                && hidden(call).isFixed()
                && !call.has(P)
                && call.attributes().integer("input_forget", 0) == 0;
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        new RecurrentTorch("torch.lstm", hidden(call).size(), ORDER, states()).write(call, torch);
    }
}
