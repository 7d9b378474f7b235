package dev.espalier.runtime;

import dev.espalier.core.ir.Attribute;
import dev.espalier.core.ir.Attributes;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.Initializer;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Opaque;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.ir.Value;
import java.util.List;
import java.util.Map;

/** Models of a few nodes for the tests of this package. */
final class SmallModels {
    private SmallModels() {}

    static Model of(
            List<Value> inputs, List<Value> outputs, List<Initializer> weights, Node... nodes) {
        Graph graph =
                new Graph(
                        "small", inputs, outputs, List.of(), weights, List.of(nodes), Opaque.NONE);
        return new Model(8, Map.of("", 17L), graph, Map.of(), Map.of(), Opaque.NONE);
    }

    static Value value(String name, DataType type, Shape shape) {
        return Value.of(name, new TensorType(type, shape));
    }

    /** {@code y = x} of any type. */
    static Model identity(DataType type, Shape shape) {
        return of(
                List.of(value("x", type, shape)),
                List.of(value("y", type, shape)),
                List.of(),
                Node.of("copy", "Identity", List.of("x"), List.of("y"), Attributes.NONE));
    }

    /** {@code h = x + 1, r = relu(h), y = r * 2, z = x - 1} over floats of {@code shape}. */
    static Model chain(Shape shape) {
        return of(
                List.of(value("x", DataType.FLOAT, shape)),
                List.of(value("y", DataType.FLOAT, shape), value("z", DataType.FLOAT, shape)),
                List.of(
                        Initializer.of("one", Tensor.scalar(1)),
                        Initializer.of("two", Tensor.scalar(2))),
                Node.of("add", "Add", List.of("x", "one"), List.of("h"), Attributes.NONE),
                Node.of("relu", "Relu", List.of("h"), List.of("r"), Attributes.NONE),
                Node.of("mul", "Mul", List.of("r", "two"), List.of("y"), Attributes.NONE),
                Node.of("sub", "Sub", List.of("x", "one"), List.of("z"), Attributes.NONE));
    }

    /** {@code y = a cast of x}. */
    static Model cast(DataType from, DataType to, Shape shape) {
        return of(
                List.of(value("x", from, shape)),
                List.of(value("y", to, shape)),
                List.of(),
                Node.of(
                        "cast",
                        "Cast",
                        List.of("x"),
                        List.of("y"),
                        Attributes.of(Map.of("to", new Attribute.IntValue(to.id())))));
    }
}
