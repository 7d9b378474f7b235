package dev.espalier.core.op.nn;

import dev.espalier.core.ir.Attribute;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.TorchWriter;
import java.util.ArrayList;
import java.util.List;

/**
 * A {@link Recurrent} layer as TorchScript: Torch's own layers run along the first axis, have their
 * gates in another order and give one row of all directions for each step.
 *
 * @param function Torch's
 * @param hidden units of one direction
 * @param order for each of Torch's gates, which of ONNX's it is
 * @param states inputs that hold states
 */
record RecurrentTorch(String function, long hidden, List<Integer> order, List<Integer> states) {
    /**
     * Whether Torch computes this call: whole sequences, nothing cut off, and activations that are
     * {@code usual} in each direction.
     */
    static boolean takes(Call call, String... usual) {
        List<String> found = activations(call);
        for (int i = 0; i < found.size(); i++) {
            if (!found.get(i).equalsIgnoreCase(usual[i % usual.length])) {
                return false;
            }
        }
        return !call.has(Recurrent.LENGTHS)
                && !call.attributes().has("clip")
                && call.ranked(0)
                && call.ranked(Recurrent.W)
                && call.dataType(0).isFloating();
    }

    /** The names of the activations, of all directions; none where they are the usual ones. */
    static List<String> activations(Call call) {
        return call.attributes().find("activations").orElse(null)
                        instanceof Attribute.Strings strings
                ? strings.values()
                : List.of();
    }

    void write(Call call, TorchWriter torch) {
        boolean reversed = call.attributes().string("direction", "forward").equals("reverse");
        boolean batchFirst = Recurrent.isBatchFirst(call);
        int directions = Recurrent.directions(call);
        String x = batchFirst ? swapped(torch.in(0)) : torch.in(0);
        x = torch.let(reversed ? "torch.flip(" + x + ", [0])" : x);
        List<String> initial = new ArrayList<>();
        for (int state : states) {
            initial.add(
                    call.has(state)
                            ? batchFirst ? swapped(torch.in(state)) : torch.in(state)
                            : "torch.new_zeros(%s, [%s, torch.size(%s, 1), %s])"
                                    .formatted(x, directions, x, hidden));
        }
        String results =
                torch.let(
                        "%s(%s, %s, %s, %s, 1, 0., True, %s, False)"
                                .formatted(
                                        function,
                                        x,
                                        initial.size() == 1 ? initial.get(0) : initial,
                                        weights(call, torch, directions),
                                        call.has(Recurrent.B) ? "True" : "False",
                                        directions == 2 ? "True" : "False"));
        if (!call.node().output(0).isEmpty()) {
            String y = "(" + results + ")[0]";
            y = reversed ? "torch.flip(" + y + ", [0])" : y;
            torch.out(
                    0,
                    "torch.permute(torch.unflatten(%s, 2, [%s, %s]), %s)"
                            .formatted(
                                    y,
                                    directions,
                                    hidden,
                                    batchFirst ? "[1, 0, 2, 3]" : "[0, 2, 1, 3]"));
        }
        for (int i = 1; i < call.node().outputs().size(); i++) {
            if (!call.node().output(i).isEmpty()) {
                String state = "(%s)[%s]".formatted(results, i);
                torch.out(i, batchFirst ? swapped(state) : state);
            }
        }
    }

    private static String swapped(String tensor) {
        return "torch.transpose(" + tensor + ", 0, 1)";
    }

    /** W, R and the two halves of B of each direction, in Torch's order of gates. */
    private List<String> weights(Call call, TorchWriter torch, int directions) {
        long rows = order.size() * hidden;
        List<String> weights = new ArrayList<>();
        for (int d = 0; d < directions; d++) {
            weights.add(ordered(torch, "torch.select(%s, 0, %s)".formatted(torch.in(1), d)));
            weights.add(ordered(torch, "torch.select(%s, 0, %s)".formatted(torch.in(2), d)));
            for (int half = 0; half < 2 && call.has(Recurrent.B); half++) {
                weights.add(
                        ordered(
                                torch,
                                "torch.narrow(torch.select(%s, 0, %s), 0, %s, %s)"
                                        .formatted(torch.in(Recurrent.B), d, half * rows, rows)));
            }
        }
        return weights;
    }

    private String ordered(TorchWriter torch, String gates) {
        if (order.size() == 1) {
            return gates;
        }
        String all = torch.let(gates);
        return "torch.cat(%s, 0)"
                .formatted(
                        order.stream()
                                .map(
                                        gate ->
                                                "torch.narrow(%s, 0, %s, %s)"
                                                        .formatted(all, gate * hidden, hidden))
                                .toList());
    }
}
