package dev.espalier.train.program;

import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Tensor;
import dev.espalier.train.internal.torch.TorchTensor;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The tensors that a program holds, by what becomes of them. Attribute names are unique in the
 * program; the networks in it share one of these.
 */
final class ProgramTensors {
    private final Map<Slot, Tensor> start;
    private final Map<Slot, String> slots = new LinkedHashMap<>();
    private final Map<Tensor, String> constants = new IdentityHashMap<>();
    private final List<TorchTensor> all = new ArrayList<>();

    /**
     * @param start contents to begin with instead of the given ones, where training goes on
     */
    ProgramTensors(Map<Slot, Tensor> start) {
        this.start = start;
    }

    /** The attribute that holds a tensor that changes, {@code tensor} at first. */
    String variable(Slot slot, Tensor tensor) {
        return slots.computeIfAbsent(
                slot, key -> add(prefix(key.kind()), start.getOrDefault(key, tensor)));
    }

    /** The expression of a held tensor that is changed in place, without a gradient. */
    static String read(String attribute) {
        return "torch.detach(self." + attribute + ")";
    }

    private static String prefix(Slot.Kind kind) {
        return kind.name().substring(0, 1).toLowerCase(java.util.Locale.ROOT);
    }

    /** The attribute that holds a tensor that nothing changes. */
    String constant(Tensor tensor) {
        return constants.computeIfAbsent(tensor, key -> add("k", key));
    }

    private String add(String prefix, Tensor tensor) {
        String name = prefix + all.size();
        // Only float tensors of four axes are laid out anew; see TorchTensor.
        all.add(new TorchTensor(name, tensor, tensor.dataType() == DataType.FLOAT));
        return name;
    }

    /** Attributes of all that changes, in the order in which they were asked for first. */
    Map<Slot, String> slots() {
        return java.util.Collections.unmodifiableMap(slots);
    }

    List<TorchTensor> all() {
        return List.copyOf(all);
    }
}
