package dev.espalier.core.op;

import dev.espalier.core.ir.Node;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The table of known operators: a new one is its file, its test, and one line here. */
public final class Operators {
    private static final Map<String, Operator> BY_TYPE =
            List.<Operator>of(
                            new Add(),
                            new BatchNormalization(),
                            new Cast(),
                            new Clip(),
                            new Concat(),
                            new Constant(),
                            new ConstantOfShape(),
                            new Conv(),
                            new Div(),
                            new Flatten(),
                            new Gather(),
                            new Gemm(),
                            new GlobalAveragePool(),
                            new Identity(),
                            new MaxPool(),
                            new Mul(),
                            new Pad(),
                            new ReduceMean(),
                            new Relu(),
                            new Reshape(),
                            new ShapeOf(),
                            new Slice(),
                            new Squeeze(),
                            new Sub(),
                            new Transpose(),
                            new Unsqueeze())
                    .stream()
                    .collect(Collectors.toUnmodifiableMap(Operator::type, Function.identity()));

    private Operators() {}

    public static Collection<Operator> all() {
        return BY_TYPE.values();
    }

    /** What is known of this node's operator; empty for other domains and unknown operators. */
    public static Optional<Operator> of(Node node) {
        return node.isStandard()
                ? Optional.ofNullable(BY_TYPE.get(node.opType()))
                : Optional.empty();
    }
}
