package dev.espalier.core.onnx;

import dev.espalier.core.internal.proto.Onnx.TensorShapeProto;
import dev.espalier.core.internal.proto.Onnx.TensorShapeProto.Dimension;
import dev.espalier.core.internal.proto.Onnx.TypeProto;
import dev.espalier.core.internal.proto.Onnx.ValueInfoProto;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.ir.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** {@code ValueInfoProto} to {@link Value} and back. */
final class ValueCodec {
    private ValueCodec() {}

    static Value decode(ValueInfoProto proto, Source source) {
        ValueInfoProto.Builder rest = proto.toBuilder().clearName();
        TensorType type = null;
        if (proto.getType().hasTensorType()) {
            TypeProto.Tensor tensor = proto.getType().getTensorType();
            Optional<DataType> known = DataType.ofId(tensor.getElemType());
            if (known.isPresent()) {
                type = new TensorType(known.get(), shape(tensor));
                strip(rest.getTypeBuilder());
                if (rest.getType().equals(TypeProto.getDefaultInstance())) {
                    rest.clearType();
                }
            }
        }
        return new Value(proto.getName(), type, Extras.of(rest, source));
    }

    private static Shape shape(TypeProto.Tensor tensor) {
        if (!tensor.hasShape()) {
            return Shape.UNRANKED;
        }
        List<Dim> dims = new ArrayList<>(tensor.getShape().getDimCount());
        for (Dimension dim : tensor.getShape().getDimList()) {
            // Some exporters write -1 for a dimension that they leave open.
            if (dim.hasDimValue() && dim.getDimValue() >= 0) {
                dims.add(Dim.of(dim.getDimValue()));
            } else if (!dim.getDimParam().isEmpty()) {
                dims.add(new Dim.Symbolic(dim.getDimParam()));
            } else {
                dims.add(Dim.UNKNOWN);
            }
        }
        return Shape.of(dims);
    }

    /** Takes out what {@link TensorType} says; keeps denotations and unknown fields. */
    private static void strip(TypeProto.Builder type) {
        TypeProto.Tensor.Builder tensor = type.getTensorTypeBuilder().clearElemType();
        if (tensor.hasShape()) {
            TensorShapeProto.Builder shape = tensor.getShapeBuilder();
            shape.getDimBuilderList().forEach(Dimension.Builder::clearValue);
            boolean plain =
                    shape.getDimList().stream().allMatch(Dimension.getDefaultInstance()::equals);
            if (plain) {
                shape.clearDim();
            }
            if (shape.build().equals(TensorShapeProto.getDefaultInstance())) {
                tensor.clearShape();
            }
        }
        if (tensor.build().equals(TypeProto.Tensor.getDefaultInstance())) {
            type.clearTensorType();
        }
    }

    static ValueInfoProto encode(Value value) {
        ValueInfoProto.Builder proto =
                Extras.merge(value.extras(), ValueInfoProto.newBuilder()).setName(value.name());
        value.type().ifPresent(type -> encode(type, proto.getTypeBuilder()));
        return proto.build();
    }

    private static void encode(TensorType type, TypeProto.Builder proto) {
        TypeProto.Tensor.Builder tensor =
                proto.getTensorTypeBuilder().setElemType(type.dataType().id());
        if (!type.shape().isRanked()) {
            tensor.clearShape();
            return;
        }
        TensorShapeProto.Builder shape = tensor.getShapeBuilder();
        if (shape.getDimCount() != type.shape().rank()) {
            // Denotations of a shape that a pass replaced name nothing any more.
            shape.clearDim();
            type.shape().dims().forEach(dim -> shape.addDim(Dimension.getDefaultInstance()));
        }
        for (int i = 0; i < type.shape().rank(); i++) {
            Dim dim = type.shape().dim(i);
            if (dim instanceof Dim.Fixed fixed) {
                shape.getDimBuilder(i).setDimValue(fixed.size());
            } else if (dim instanceof Dim.Symbolic symbolic) {
                shape.getDimBuilder(i).setDimParam(symbolic.name());
            }
        }
    }
}
