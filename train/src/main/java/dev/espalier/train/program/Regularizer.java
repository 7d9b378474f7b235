package dev.espalier.train.program;

import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.ir.Tensor;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What is done to weights in every step beside the descent of the loss. A weight w has a tensor c,
 * broadcast to its shape:
 *
 * <pre>
 *   subgradient   g += c sign(w)                        of the penalty sum c |w|
 *   proximal      w = sign(w) max(|w| - r c, 0)         after the optimizer's step at rate r
 *   mask          w = c w                               after the optimizer's step
 * </pre>
 *
 * <p>The proximal step minimises the same penalty, but it reaches zeros and stays there, which the
 * sub-gradient does not. A mask is of zeros and ones. The program holds the tensors as part of its
 * state.
 *
 * @param strengths c by initializer, none negative
 * @param memory further tensors that the program keeps unchanged, for what decides on the strengths
 */
public record Regularizer(Kind kind, Map<String, Tensor> strengths, Map<String, Tensor> memory) {
    /** How a weight is drawn. */
    public enum Kind {
        /** The sub-gradient of a penalty joins the gradient. */
        SUBGRADIENT,
        /** A shrinking step after each of the optimizer's. */
        PROXIMAL,
        /** A product after each of the optimizer's steps. */
        MASK
    }

    public static final Regularizer NONE = new Regularizer(Kind.MASK, Map.of(), Map.of());

    public Regularizer {
        strengths = Collections.unmodifiableMap(new LinkedHashMap<>(strengths));
        memory = Collections.unmodifiableMap(new LinkedHashMap<>(memory));
    }

    /** The places of its tensors in a program. */
    public Map<Slot, Tensor> slots() {
        Map<Slot, Tensor> slots = new LinkedHashMap<>();
        strengths.forEach((name, c) -> slots.put(new Slot(Slot.Kind.STRENGTH, name), c));
        memory.forEach((name, tensor) -> slots.put(new Slot(Slot.Kind.MEMORY, name), tensor));
        return slots;
    }

    /** The regularizer whose tensors are among {@code slots}. */
    public static Regularizer of(Kind kind, Map<Slot, Tensor> slots) {
        return new Regularizer(
                kind, named(slots, Slot.Kind.STRENGTH), named(slots, Slot.Kind.MEMORY));
    }

    private static Map<String, Tensor> named(Map<Slot, Tensor> slots, Slot.Kind kind) {
        Map<String, Tensor> named = new LinkedHashMap<>();
        slots.forEach(
                (slot, tensor) -> {
                    if (slot.kind() == kind) {
                        named.put(slot.name(), tensor);
                    }
                });
        return named;
    }

    /**
     * @throws UnsupportedModelException where a weight is not among those that are trained
     */
    void requireTrained(List<Leaf> leaves) {
        Set<String> trained =
                leaves.stream()
                        .filter(leaf -> leaf.slot().kind() == Slot.Kind.WEIGHT)
                        .map(leaf -> leaf.slot().name())
                        .collect(Collectors.toSet());
        for (String name : strengths.keySet()) {
            if (!trained.contains(name)) {
                throw new UnsupportedModelException(
                        "the weight '%s' is to be regularized, and no gradient of the loss reaches it"
                                .formatted(name));
            }
        }
    }
}
