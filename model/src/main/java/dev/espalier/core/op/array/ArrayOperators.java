package dev.espalier.core.op.array;

import dev.espalier.core.op.spec.Operator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Operators that move, choose or make elements: a new one is its file, its test, and one line here.
 */
public final class ArrayOperators {
    private ArrayOperators() {}

    public static List<Operator> all() {
        return Stream.of(single(), RandomLike.all()).flatMap(List::stream).toList();
    }

    private static List<Operator> single() {
        return List.of(
                new Cast(),
                new Compress(),
                new Concat(),
                new Constant(),
                new ConstantOfShape(),
                new DepthToSpace(),
                new Expand(),
                new EyeLike(),
                new Flatten(),
                new Gather(),
                new GatherElements(),
                new GatherND(),
                new GridSample(),
                new Identity(),
                new Multinomial(),
                new NonMaxSuppression(),
                new NonZero(),
                new OneHot(),
                new Pad(),
                new Range(),
                new Reshape(),
                new Resize(),
                new ReverseSequence(),
                new ScatterElements(),
                new ScatterND(),
                new ShapeOf(),
                new Size(),
                new Slice(),
                new SpaceToDepth(),
                new Split(),
                new Squeeze(),
                new Tile(),
                new TopK(),
                new Transpose(),
                new Trilu(),
                new Unique(),
                new Unsqueeze(),
                new Where());
    }
}
