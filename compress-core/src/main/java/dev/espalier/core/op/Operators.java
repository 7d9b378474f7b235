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
                            new AveragePool(),
                            new BatchNormalization(),
                            new Cast(),
                            new Clip(),
                            new Concat(),
                            new Constant(),
                            new ConstantOfShape(),
                            new Conv(),
                            new ConvTranspose(),
                            new DequantizeLinear(),
                            new Div(),
                            new Dropout(),
                            new Equal(),
                            new Expand(),
                            new Flatten(),
                            new Gather(),
                            new Gemm(),
                            new GlobalAveragePool(),
                            new Greater(),
                            new GreaterOrEqual(),
                            new HardSigmoid(),
                            new HardSwish(),
                            new Identity(),
                            new LeakyRelu(),
                            new Less(),
                            new LessOrEqual(),
                            new MatMul(),
                            new MaxPool(),
                            new Mul(),
                            new PRelu(),
                            new Pad(),
                            new QuantizeLinear(),
                            new Range(),
                            new ReduceMean(),
                            new Relu(),
                            new Reshape(),
                            new Resize(),
                            new ShapeOf(),
                            new Sigmoid(),
                            new Slice(),
                            new Softmax(),
                            new Split(),
                            new Squeeze(),
                            new Sub(),
                            new Tanh(),
                            new Transpose(),
                            new Unsqueeze(),
                            new Where())
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
