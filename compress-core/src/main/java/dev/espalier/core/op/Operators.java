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
            List.<Operator>of(new Conv(), new Relu()).stream()
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
