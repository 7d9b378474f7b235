package dev.espalier.train;

import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Tensor;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The tensors that a program holds, by what becomes of them. Attribute names are unique in the
 * program; the networks in it share one of these.
 */
final class Holdings {
    /**
     * A tensor of the trained network that changes.
     *
     * @param initializer its name in the model
     * @param attribute its name in the program
     */
    record Variable(String initializer, String attribute, Tensor tensor) {}

    private final Map<String, Variable> weights = new LinkedHashMap<>();
    private final Map<String, Variable> statistics = new LinkedHashMap<>();
    private final Map<Tensor, String> constants = new IdentityHashMap<>();
    private final List<TorchTensor> all = new ArrayList<>();

    /** The attribute that holds a weight, which gradients change. */
    Variable weight(String initializer, Tensor tensor) {
        return weights.computeIfAbsent(initializer, name -> variable("w", name, tensor));
    }

    /** The attribute that holds a running statistic, which the forward computation changes. */
    Variable statistic(String initializer, Tensor tensor) {
        return statistics.computeIfAbsent(initializer, name -> variable("s", name, tensor));
    }

    /** The attribute that holds a tensor that nothing changes. */
    String constant(Tensor tensor) {
        return constants.computeIfAbsent(tensor, key -> add("c", key));
    }

    /** Adds a tensor under a name that starts with {@code prefix}, and returns that name. */
    String add(String prefix, Tensor tensor) {
        String name = prefix + all.size();
        // Only float tensors of four axes are laid out anew; see TorchTensor.
        all.add(new TorchTensor(name, tensor, tensor.dataType() == DataType.FLOAT));
        return name;
    }

    private Variable variable(String prefix, String initializer, Tensor tensor) {
        return new Variable(initializer, add(prefix, tensor), tensor);
    }

    List<Variable> weights() {
        return List.copyOf(weights.values());
    }

    List<Variable> statistics() {
        return List.copyOf(statistics.values());
    }

    List<TorchTensor> all() {
        return List.copyOf(all);
    }
}
