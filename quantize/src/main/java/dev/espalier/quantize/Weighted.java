package dev.espalier.quantize;

import dev.espalier.core.ir.Node;
import java.util.Set;

/** Operators that multiply by weights: those that are quantized, and those that cannot be. */
final class Weighted {
    private static final Set<String> TYPES =
            Set.of("Conv", "Gemm", "MatMul", "ConvTranspose", "LSTM", "GRU", "RNN");

    private Weighted() {}

    static boolean has(Node node) {
        return node.isStandard() && TYPES.contains(node.opType());
    }
}
