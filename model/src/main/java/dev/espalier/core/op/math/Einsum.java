package dev.espalier.core.op.math;

import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.ChannelLinks;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.Operator;
import dev.espalier.core.op.spec.TorchWriter;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.op.spec.Traits;
import dev.espalier.core.op.spec.Weights;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A sum of products that {@code equation} describes, such as {@code bij,bjk->bik}: axes of the
 * operands with the same letter run together, and those whose letter the result does not have are
 * summed up. A letter twice in an operand takes its diagonal; "..." stands for leading axes, which
 * broadcast.
 *
 * <p>Channels: axes of one letter go together, and where the sum is over products, that is the
 * letter is in several operands, may go. A letter of a single operand that is summed up stays.
 *
 * <p>Cost: operands are multiplied from the first to the last, each time over all letters of both,
 * where any is summed up; a pure rearrangement costs nothing.
 */
@Traits({Trait.UNCHANGED_7_TO_13, Trait.UNCHANGED_13_TO_21})
final class Einsum implements Operator {
    @Override
    public String type() {
        return "Einsum";
    }

    @Override
    public void check(NodeCheck node) {
        Call call = node.call();
        int count = call.node().inputs().size();
        node.inputs(Math.max(1, count)).numbers(IntStream.range(0, count).toArray());
        NodeCheck.require(call.attributes().has("equation"), "equation is missing");
        EinsumEquation equation = equation(call.node());
        NodeCheck.require(
                equation.operands().size() == count,
                "equation '%s' has %s operands, the node %s",
                equation.text(),
                equation.operands().size(),
                count);
        for (int i = 0; i < count; i++) {
            NodeCheck.require(
                    !call.ranked(i) || equation.fits(i, call.shape(i).rank()),
                    "operand %s of equation '%s' has the shape %s",
                    i,
                    equation.text(),
                    call.shape(i));
        }
        if (isRanked(call)) {
            sizes(call, equation);
        }
    }

    private static EinsumEquation equation(Node node) {
        return EinsumEquation.parse(node.attributes().string("equation", ""));
    }

    private static boolean isRanked(Call call) {
        return IntStream.range(0, call.node().inputs().size()).allMatch(call::ranked);
    }

    private static List<Integer> labels(Call call, EinsumEquation equation, int i) {
        return EinsumEquation.spread(equation.operands().get(i), call.shape(i).rank());
    }

    /** The labels of the result, "..." being as many axes as in the operand that has most. */
    private static List<Integer> result(Call call, EinsumEquation equation) {
        int most = 0;
        for (int i = 0; i < equation.operands().size(); i++) {
            if (equation.operands().get(i).contains(EinsumEquation.ANY)) {
                int others = equation.operands().get(i).size() - 1;
                most = Math.max(most, call.shape(i).rank() - others);
            }
        }
        return EinsumEquation.spread(equation.result(), equation.result().size() - 1 + most);
    }

    /** How many positions each label has; what is 1 somewhere broadcasts. */
    private static Map<Integer, Dim> sizes(Call call, EinsumEquation equation) {
        Map<Integer, Dim> sizes = new HashMap<>();
        for (int i = 0; i < equation.operands().size(); i++) {
            List<Integer> labels = labels(call, equation, i);
            for (int axis = 0; axis < labels.size(); axis++) {
                Shape found = Shape.of(List.of(call.shape(i).dim(axis)));
                Dim known = sizes.getOrDefault(labels.get(axis), Dim.of(1));
                sizes.put(
                        labels.get(axis), Shape.broadcast(Shape.of(List.of(known)), found).dim(0));
            }
        }
        return sizes;
    }

    @Override
    public List<TensorType> outputTypes(Call call) {
        if (!isRanked(call)) {
            return call.output(Shape.UNRANKED);
        }
        EinsumEquation equation = equation(call.node());
        Map<Integer, Dim> sizes = sizes(call, equation);
        return call.output(Shape.of(result(call, equation).stream().map(sizes::get).toList()));
    }

    private record Place(String value, int axis, int operand) {}

    @Override
    public void channels(Call call, ChannelLinks links) {
        if (!isRanked(call)) {
            return;
        }
        EinsumEquation equation = equation(call.node());
        Map<Integer, Dim> sizes = sizes(call, equation);
        Map<Integer, List<Place>> places = new HashMap<>();
        for (int i = 0; i < equation.operands().size(); i++) {
            List<Integer> labels = labels(call, equation, i);
            for (int axis = 0; axis < labels.size(); axis++) {
                int label = labels.get(axis);
                if (call.shape(i).dim(axis).equals(sizes.get(label))) {
                    places.computeIfAbsent(label, k -> new ArrayList<>())
                            .add(new Place(call.node().input(i), axis, i));
                }
            }
        }
        List<Integer> result = result(call, equation);
        for (Map.Entry<Integer, List<Place>> entry : places.entrySet()) {
            tie(entry.getValue(), result.indexOf(entry.getKey()), call, links);
        }
    }

    private static void tie(List<Place> places, int axis, Call call, ChannelLinks links) {
        boolean isSummed = axis < 0;
        long operands = places.stream().map(Place::operand).distinct().count();
        Place first = places.get(0);
        for (Place place : places) {
            if (isSummed && operands == 1) {
                links.freeze(place.value(), place.axis(), "a sum is taken over this axis");
            } else if (isSummed && place != first) {
                links.tie(first.value(), first.axis(), place.value(), place.axis());
            } else if (!isSummed) {
                links.tie(place.value(), place.axis(), call.node().output(0), axis);
            }
        }
    }

    @Override
    public int[] parameters(Call call) {
        return IntStream.range(0, call.node().inputs().size()).toArray();
    }

    /** Where X [.., K] is multiplied by one matrix W, [K, N] or [N, K], to Y [.., N]. */
    @Override
    public Optional<Weights> weights(Node node) {
        EinsumEquation equation;
        try {
            equation = equation(node);
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // What is no equation is refused by its check, not here.
        }
        if (equation.operands().size() != 2 || equation.operands().get(1).size() != 2) {
            return Optional.empty();
        }
        List<Integer> x = equation.operands().get(0);
        List<Integer> w = equation.operands().get(1);
        if (x.isEmpty() || w.contains(EinsumEquation.ANY)) {
            return Optional.empty();
        }
        boolean isTransposed = x.get(x.size() - 1).equals(w.get(1));
        int inner = isTransposed ? w.get(1) : w.get(0);
        int outer = isTransposed ? w.get(0) : w.get(1);
        List<Integer> y = new ArrayList<>(x.subList(0, x.size() - 1));
        y.add(outer);
        boolean isLayer =
                x.get(x.size() - 1).equals(inner)
                        && inner != outer
                        && !x.contains(outer)
                        && new HashSet<>(x).size() == x.size()
                        && equation.result().equals(y);
        return isLayer
                ? Optional.of(Weights.ofMatrix(-1, isTransposed, 1, 1, false))
                : Optional.empty();
    }

    @Override
    public long macs(Call call) {
        EinsumEquation equation = equation(call.node());
        Map<Integer, Dim> sizes = sizes(call, equation);
        int count = equation.operands().size();
        List<Integer> result = result(call, equation);
        Map<Integer, Integer> lastOperand = new HashMap<>();
        for (int i = 0; i < count; i++) {
            for (int label : labels(call, equation, i)) {
                lastOperand.put(label, i);
            }
        }
        Set<Integer> made = new HashSet<>(labels(call, equation, 0));
        long macs = 0;
        for (int i = 1; i < count; i++) {
            made.addAll(labels(call, equation, i));
            int operand = i;
            Shape all = Shape.of(made.stream().map(sizes::get).toList());
            if (made.removeIf(l -> lastOperand.get(l) <= operand && !result.contains(l))) {
                macs = Math.addExact(macs, all.elementCount());
            }
        }
        return macs;
    }

    @Override
    public boolean trains(Call call) {
        return call.dataType(0).isFloating();
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        String operands =
                IntStream.range(0, call.node().inputs().size())
                        .mapToObj(torch::in)
                        .collect(Collectors.joining(", ", "[", "]"));
        torch.out("torch.einsum(\"%s\", %s)".formatted(equation(call.node()).text(), operands));
    }

    /** Linear in each operand. */
    @Override
    public boolean isHomogeneous(Call call, Set<Integer> scaled) {
        return scaled.size() == 1;
    }
}
