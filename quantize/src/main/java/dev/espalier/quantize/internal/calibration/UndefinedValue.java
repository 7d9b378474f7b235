package dev.espalier.quantize.internal.calibration;

import dev.espalier.core.ir.Graph;

/** The message about a NaN, which is an error of the data or of the model. */
public final class UndefinedValue {
    private UndefinedValue() {}

    /** To which advice may be added. */
    public static String in(Graph graph, String value, NonFinite found) {
        String maker =
                graph.producer(value)
                        .map(node -> "which " + node.label() + " makes")
                        .orElse("an input of the model");
        return "calibration found %s in '%s', %s, first on sample %s: an error of the data or of the model, of which nothing can be learned; look at that sample, and at the nodes before it"
                .formatted(found.value(), value, maker, found.example());
    }
}
