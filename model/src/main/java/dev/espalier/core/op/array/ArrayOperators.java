package dev.espalier.core.op.array;

import dev.espalier.core.op.spec.Operator;
import java.util.List;

/**
 * Operators that move, choose or make elements: a new one is its file, its test, and one line here.
 */
public final class ArrayOperators {
    private ArrayOperators() {}

    public static List<Operator> all() {
        return List.of(
                new Cast(),
                new Concat(),
                new Constant(),
                new ConstantOfShape(),
                new Expand(),
                new Flatten(),
                new Gather(),
                new Identity(),
                new Pad(),
                new Range(),
                new Reshape(),
                new Resize(),
                new ShapeOf(),
                new Slice(),
                new Split(),
                new Squeeze(),
                new Transpose(),
                new Unsqueeze(),
                new Where());
    }
}
