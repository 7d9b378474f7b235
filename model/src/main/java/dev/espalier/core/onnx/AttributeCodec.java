package dev.espalier.core.onnx;

import com.google.protobuf.ByteString;
import dev.espalier.core.internal.proto.Onnx.AttributeProto;
import dev.espalier.core.internal.proto.Onnx.AttributeProto.AttributeType;
import dev.espalier.core.internal.proto.Onnx.TensorProto;
import dev.espalier.core.ir.Attribute;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.Tensor;
import java.util.ArrayList;
import java.util.List;

/** {@code AttributeProto} to {@link Attribute} and back. */
final class AttributeCodec {
    private AttributeCodec() {}

    static Attribute decode(AttributeProto proto, Source source) {
        if (!proto.getRefAttrName().isEmpty()) {
            return new Attribute.Reference(
                    proto.getRefAttrName(), Attribute.Type.valueOf(proto.getType().name()));
        }
        return switch (proto.getType()) {
            case FLOAT -> new Attribute.FloatValue(proto.getF());
            case INT -> new Attribute.IntValue(proto.getI());
            case STRING ->
                    proto.getS().isValidUtf8()
                            ? new Attribute.StringValue(proto.getS().toStringUtf8())
                            : other(proto, source);
            case TENSOR -> new Attribute.TensorValue(TensorCodec.decode(proto.getT(), source));
            case GRAPH -> new Attribute.GraphValue(GraphCodec.decode(proto.getG(), source));
            case FLOATS -> new Attribute.Floats(proto.getFloatsList());
            case INTS -> new Attribute.Ints(proto.getIntsList());
            case STRINGS ->
                    proto.getStringsList().stream().allMatch(ByteString::isValidUtf8)
                            ? new Attribute.Strings(
                                    proto.getStringsList().stream()
                                            .map(ByteString::toStringUtf8)
                                            .toList())
                            : other(proto, source);
            case TENSORS -> {
                List<Tensor> tensors = new ArrayList<>();
                proto.getTensorsList().forEach(t -> tensors.add(TensorCodec.decode(t, source)));
                yield new Attribute.Tensors(tensors);
            }
            case GRAPHS -> {
                List<Graph> graphs = new ArrayList<>();
                proto.getGraphsList().forEach(g -> graphs.add(GraphCodec.decode(g, source)));
                yield new Attribute.Graphs(graphs);
            }
            default -> other(proto, source);
        };
    }

    private static Attribute other(AttributeProto proto, Source source) {
        return new Attribute.Other(Extras.of(proto.toBuilder().clearName(), source));
    }

    /** What {@code proto} says beyond its value, under its name. */
    static AttributeProto remainder(AttributeProto proto, Attribute decoded) {
        if (decoded instanceof Attribute.Other) {
            return AttributeProto.getDefaultInstance();
        }
        if (decoded instanceof Attribute.Reference) {
            return proto.toBuilder().clearType().clearRefAttrName().build();
        }
        AttributeProto.Builder rest = proto.toBuilder().clearType();
        switch (proto.getType()) {
            case FLOAT -> rest.clearF();
            case INT -> rest.clearI();
            case STRING -> rest.clearS();
            case GRAPH -> rest.clearG();
            case FLOATS -> rest.clearFloats();
            case INTS -> rest.clearInts();
            case STRINGS -> rest.clearStrings();
            case GRAPHS -> rest.clearGraphs();
            case TENSOR -> {
                TensorProto tensor = named(proto.getT());
                if (tensor.equals(TensorProto.getDefaultInstance())) {
                    rest.clearT();
                } else {
                    rest.setT(tensor);
                }
            }
            case TENSORS -> {
                rest.clearTensors();
                proto.getTensorsList().forEach(tensor -> rest.addTensors(named(tensor)));
                if (rest.getTensorsList().stream()
                        .allMatch(TensorProto.getDefaultInstance()::equals)) {
                    rest.clearTensors();
                }
            }
            default -> throw new IllegalStateException("no rest of " + proto.getType());
        }
        return rest.build();
    }

    /** The rest of a tensor; its name is not part of {@link Tensor}, so it stays. */
    private static TensorProto named(TensorProto proto) {
        TensorProto rest = TensorCodec.remainder(proto);
        return proto.getName().isEmpty() ? rest : rest.toBuilder().setName(proto.getName()).build();
    }

    /**
     * @param rest what {@link #remainder} kept of the attribute of this name, or nothing
     */
    static AttributeProto encode(String name, Attribute attribute, AttributeProto rest) {
        AttributeProto.Builder proto = rest.toBuilder();
        if (!name.isEmpty()) {
            proto.setName(name);
        }
        if (attribute instanceof Attribute.FloatValue v) {
            proto.setType(AttributeType.FLOAT).setF(v.value());
        } else if (attribute instanceof Attribute.IntValue v) {
            proto.setType(AttributeType.INT).setI(v.value());
        } else if (attribute instanceof Attribute.StringValue v) {
            proto.setType(AttributeType.STRING).setS(ByteString.copyFromUtf8(v.value()));
        } else if (attribute instanceof Attribute.TensorValue v) {
            proto.setType(AttributeType.TENSOR)
                    .setT(rest.getT().toBuilder().mergeFrom(TensorCodec.encode(v.value()).build()));
        } else if (attribute instanceof Attribute.GraphValue v) {
            proto.setType(AttributeType.GRAPH).setG(GraphCodec.encode(v.value()));
        } else if (attribute instanceof Attribute.Floats v) {
            proto.setType(AttributeType.FLOATS).addAllFloats(v.values());
        } else if (attribute instanceof Attribute.Ints v) {
            proto.setType(AttributeType.INTS).addAllInts(v.values());
        } else if (attribute instanceof Attribute.Strings v) {
            proto.setType(AttributeType.STRINGS);
            v.values().forEach(s -> proto.addStrings(ByteString.copyFromUtf8(s)));
        } else if (attribute instanceof Attribute.Tensors v) {
            proto.setType(AttributeType.TENSORS).clearTensors();
            boolean same = rest.getTensorsCount() == v.values().size();
            for (int i = 0; i < v.values().size(); i++) {
                TensorProto base = same ? rest.getTensors(i) : TensorProto.getDefaultInstance();
                TensorProto data = TensorCodec.encode(v.values().get(i)).build();
                proto.addTensors(base.toBuilder().mergeFrom(data));
            }
        } else if (attribute instanceof Attribute.Graphs v) {
            proto.setType(AttributeType.GRAPHS);
            v.values().forEach(graph -> proto.addGraphs(GraphCodec.encode(graph)));
        } else if (attribute instanceof Attribute.Reference v) {
            proto.setType(AttributeType.valueOf(v.type().name())).setRefAttrName(v.name());
        } else if (attribute instanceof Attribute.Other v) {
            return Extras.merge(v.value(), proto).build();
        }
        return proto.build();
    }
}
