package dev.espalier.core.op;

import dev.espalier.core.ir.Node;
import dev.espalier.core.op.array.ArrayOperators;
import dev.espalier.core.op.control.ControlOperators;
import dev.espalier.core.op.math.MathOperators;
import dev.espalier.core.op.nn.NeuralOperators;
import dev.espalier.core.op.quantized.QuantizedOperators;
import dev.espalier.core.op.spec.Operator;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.op.spec.Weights;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * All known operators, from the tables of {@code array}, {@code control}, {@code math}, {@code nn}
 * and {@code quantized}.
 */
public final class Operators {
    private static final Map<String, Operator> BY_NAME =
            Stream.of(
                            ArrayOperators.all(),
                            ControlOperators.all(),
                            MathOperators.all(),
                            NeuralOperators.all(),
                            QuantizedOperators.all())
                    .flatMap(List::stream)
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
