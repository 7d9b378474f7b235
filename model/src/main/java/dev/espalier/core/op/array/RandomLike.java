package dev.espalier.core.op.array;

import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.Operator;
import dev.espalier.core.op.spec.Trait;
import java.util.List;
import java.util.Set;

/**
 * Random numbers in the shape of the input, in its type or {@code dtype}: Bernoulli,
 * RandomNormalLike and RandomUniformLike. Where the shape changes they are others, so that no
 * channel goes.
 */
final class RandomLike implements Operator {
    private final String type;
    private final Set<Trait> traits;

    private RandomLike(String type, Trait... traits) {
        this.type = type;
        this.traits = Set.of(traits);
    }

    /** All of them, in alphabetical order. */
    static List<Operator> all() {
        return List.of(
                new RandomLike("Bernoulli", Trait.UNCHANGED_13_TO_21),
                new RandomLike(
                        "RandomNormalLike", Trait.UNCHANGED_7_TO_13, Trait.UNCHANGED_13_TO_21),
                new RandomLike(
                        "RandomUniformLike", Trait.UNCHANGED_7_TO_13, Trait.UNCHANGED_13_TO_21));
    }

    @Override
    public String type() {
        return type;
    }

    @Override
    public Set<Trait> traits() {
        return traits;
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(1).type("dtype");
    }

    /** The element type that {@code dtype} names; {@code absent} where it names none. */
    static DataType type(Call call, DataType absent) {
        return DataType.ofId((int) call.attributes().integer("dtype", 0)).orElse(absent);
    }

    @Override
    public List<TensorType> outputTypes(Call call) {
        return List.of(new TensorType(type(call, call.dataType(0)), call.shape(0)));
    }
}
