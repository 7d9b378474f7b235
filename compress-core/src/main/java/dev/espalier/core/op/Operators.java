package dev.espalier.core.op;

import dev.espalier.core.ir.Node;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The table of known operators: a new one is its file, its test, and one line here. */
public final class Operators {
    private static final Map<String, Operator> BY_NAME =
            List.<Operator>of(
                            new Add(),
                            new AveragePool(),
                            new BatchNormalization(),
                            new BiasedGelu("BiasGelu"),
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
                            new DynamicQuantizeLinear(),
                            new Equal(),
                            new Erf(),
                            new Expand(),
                            new BiasedGelu("FastGelu"),
                            new Flatten(),
                            new FusedMatMul(),
                            new Gather(),
                            new GatherBlockQuantized(),
                            new Gemm(),
                            new Gelu(""),
                            new Gelu("com.microsoft"),
                            new GlobalAveragePool(),
                            new Greater(),
                            new GreaterOrEqual(),
                            new GroupNormalization(),
                            new HardSigmoid(),
                            new HardSwish(),
                            new Identity(),
                            new InstanceNormalization(),
                            new LayerNormalization(),
                            new LeakyRelu(),
                            new Less(),
                            new LessOrEqual(),
                            new MatMul(),
                            new MatMulInteger(),
                            new MatMulIntegerToFloat(),
                            new MatMulNBits(),
                            new MaxPool(),
                            new Mod(),
                            new Mul(),
                            new PRelu(),
                            new Pad(),
                            new Pow(),
                            new QGemm(),
                            new QLinearConcat(),
                            new QLinearConv(),
                            new QLinearMatMul(),
                            new QLinearOperator(new AveragePool(), 1),
                            new QLinearOperator(new GlobalAveragePool(), 1),
                            new QLinearOperator(new LeakyRelu(), 1),
                            new QLinearOperator(new Sigmoid(), 1),
                            new QLinearOperator(new Add(), 2),
                            new QLinearOperator(new Mul(), 2),
                            new QuantizeLinear(),
                            new QuickGelu(),
                            new Range(),
                            new ReduceMean(),
                            new Relu(),
                            new Reshape(),
                            new Resize(),
                            new ShapeOf(),
                            new Sigmoid(),
                            new SkipLayerNormalization(),
                            new Slice(),
                            new Softmax(),
                            new Split(),
                            new Sqrt(),
                            new Squeeze(),
                            new Sub(),
                            new Tanh(),
                            new Transpose(),
                            new Unsqueeze(),
                            new Where())
                    .stream()
                    .collect(
                            Collectors.toUnmodifiableMap(
                                    operator -> key(operator.domain(), operator.type()),
                                    Function.identity()));

    private Operators() {}

    private static String key(String domain, String type) {
        return domain.isEmpty() ? type : domain + "::" + type;
    }

    public static Collection<Operator> all() {
        return BY_NAME.values();
    }

    /** What is known of this node's operator; empty where nobody described it. */
    public static Optional<Operator> of(Node node) {
        return Optional.ofNullable(BY_NAME.get(key(node)));
    }

    private static String key(Node node) {
        return key(node.isStandard() ? "" : node.domain(), node.opType());
    }

    /** Whether {@code trait} holds of this node's operator, described or not. */
    public static boolean has(Node node, Trait trait) {
        return of(node).map(Operator::traits)
                .orElseGet(() -> Undescribed.traits(key(node)))
                .contains(trait);
    }

    /** Whether any of these holds of this node's operator. */
    public static boolean hasAny(Node node, Trait... traits) {
        return Arrays.stream(traits).anyMatch(trait -> has(node, trait));
    }

    /** How this node is a layer with weights; empty where it is none. */
    public static Optional<Weights> weights(Node node) {
        return of(node).flatMap(operator -> operator.weights(node));
    }
}
