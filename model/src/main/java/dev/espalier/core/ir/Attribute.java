package dev.espalier.core.ir;

import java.util.List;

/** The value of one attribute of a {@link Node}. */
public sealed interface Attribute {
    record FloatValue(float value) implements Attribute {}

    record IntValue(long value) implements Attribute {}

    record StringValue(String value) implements Attribute {}

    record TensorValue(Tensor value) implements Attribute {}

    /** The body of If, Loop or Scan; it may read values of the graphs around it by name. */
    record GraphValue(Graph value) implements Attribute {}

    record Floats(List<Float> values) implements Attribute {
        public Floats {
            values = List.copyOf(values);
        }
    }

    record Ints(List<Long> values) implements Attribute {
        public Ints {
            values = List.copyOf(values);
        }
    }

    record Strings(List<String> values) implements Attribute {
        public Strings {
            values = List.copyOf(values);
        }
    }

    record Tensors(List<Tensor> values) implements Attribute {
        public Tensors {
            values = List.copyOf(values);
        }
    }

    record Graphs(List<Graph> values) implements Attribute {
        public Graphs {
            values = List.copyOf(values);
        }
    }

    /**
     * The value that the call of the {@link Function} around the node gives to its attribute {@code
     * name}, or the default of that; where there is neither, the node has no such attribute.
     *
     * @param type what kind of value that is
     */
    record Reference(String name, Type type) implements Attribute {}

    /** The kinds of values, as ONNX names them. */
    enum Type {
        UNDEFINED,
        FLOAT,
        INT,
        STRING,
        TENSOR,
        GRAPH,
        SPARSE_TENSOR,
        TYPE_PROTO,
        FLOATS,
        INTS,
        STRINGS,
        TENSORS,
        GRAPHS,
        SPARSE_TENSORS,
        TYPE_PROTOS
    }

    /** Any other kind (sparse tensors, types, strings that are not UTF-8), unread. */
    record Other(Opaque value) implements Attribute {}
}
