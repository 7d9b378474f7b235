package dev.espalier.core.op.math;

import dev.espalier.core.ir.Attributes;
import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.op.spec.Broadcast;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.ChannelLinks;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.Operator;
import dev.espalier.core.op.spec.TorchWriter;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.op.spec.Traits;
import dev.espalier.core.op.spec.Weights;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * {@code Y = alpha * A' * B' + beta * C} with A' [M, K], B' [K, N] (transposed where {@code transA}
 * or {@code transB} says so) and an optional C that broadcasts to Y [M, N].
 */
@Traits({Trait.UNCHANGED_7_TO_13, Trait.UNCHANGED_13_TO_21, Trait.FLOAT16})
public final class Gemm implements Operator {
    @Override
    public String type() {
        return "Gemm";
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(2, 3).real("alpha").real("beta").numbers(0, 1, 2);
        node.integer("transA", 0, NodeCheck.MOST).integer("transB", 0, NodeCheck.MOST);
    }

    private static int transposed(Call call, String name) {
        return call.attributes().integer(name, 0) == 0 ? 0 : 1;
    }

    @Override
    public List<TensorType> outputTypes(Call call) {
        Shape a = call.shape(0);
        Shape b = call.shape(1);
        if (a.isRanked() && a.rank() != 2 || b.isRanked() && b.rank() != 2) {
            throw new IllegalArgumentException("needs two matrices, found " + a + " and " + b);
        }
        int ta = transposed(call, "transA");
        int tb = transposed(call, "transB");
        Dim m = a.isRanked() ? a.dim(ta) : Dim.UNKNOWN;
        Dim n = b.isRanked() ? b.dim(1 - tb) : Dim.UNKNOWN;
        if (a.isRanked() && b.isRanked()) {
            Dim left = a.dim(1 - ta);
            Dim right = b.dim(tb);
            if (left.isFixed() && right.isFixed() && !left.equals(right)) {
                throw new IllegalArgumentException(
                        "%s and %s cannot be multiplied: %s is not %s"
                                .formatted(a, b, left, right));
            }
        }
        return call.output(Shape.of(List.of(m, n)));
    }

    @Override
    public void channels(Call call, ChannelLinks links) {
        String a = call.node().input(0);
        String b = call.node().input(1);
        String y = call.node().output(0);
        int ta = transposed(call, "transA");
        int tb = transposed(call, "transB");
        links.tie(a, ta, y, 0);
        links.tie(a, 1 - ta, b, tb);
        links.tie(b, 1 - tb, y, 1);
        if (call.has(2)) {
            Broadcast.tie(call, 2, links);
        }
    }

    @Override
    public Optional<Weights> weights(Node node) {
        Attributes attributes = node.attributes();
        return Optional.of(
                Weights.ofMatrix(
                        2,
                        attributes.integer("transB", 0) != 0,
                        attributes.real("alpha", 1),
                        attributes.real("beta", 1),
                        attributes.integer("transA", 0) != 0));
    }

    @Override
    public long macs(Call call) {
        Shape y = call.outputShape(0);
        return Math.multiplyExact(y.elementCount(), call.shape(1).size(transposed(call, "transB")));
    }

    @Override
    public int[] parameters(Call call) {
        return new int[] {0, 1, 2};
    }

    @Override
    public boolean trains(Call call) {
        return true;
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        float alpha = call.attributes().real("alpha", 1);
        float beta = call.attributes().real("beta", 1);
        boolean ta = transposed(call, "transA") == 1;
        boolean tb = transposed(call, "transB") == 1;
        boolean vector = !call.has(2) || call.ranked(2) && call.shape(2).rank() == 1;
        if (alpha == 1 && beta == 1 && !ta && tb && vector && isFullBias(call)) {
            torch.out(
                    "torch.linear(%s, %s, %s)"
                            .formatted(
                                    torch.in(0), torch.in(1), call.has(2) ? torch.in(2) : "None"));
            return;
        }
        String a = ta ? "torch.t(" + torch.in(0) + ")" : torch.in(0);
        String b = tb ? "torch.t(" + torch.in(1) + ")" : torch.in(1);
        String product = scaled("torch.matmul(" + a + ", " + b + ")", alpha);
        torch.out(
                call.has(2)
                        ? "torch.add(" + product + ", " + scaled(torch.in(2), beta) + ")"
                        : product);
    }

    private static boolean isFullBias(Call call) {
        return !call.has(2)
                || call.ranked(1)
                        && call.shape(2).dim(0).isFixed()
                        && call.shape(2).dim(0).equals(call.shape(1).dim(0));
    }

    private static String scaled(String expression, float factor) {
        return factor == 1
                ? expression
                : "torch.mul(" + expression + ", " + TorchWriter.real(factor) + ")";
    }

    @Override
    public boolean isHomogeneous(Call call, Set<Integer> scaled) {
        return Weights.isLinear(call, scaled);
    }
}
