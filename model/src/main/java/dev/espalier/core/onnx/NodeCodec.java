package dev.espalier.core.onnx;

import dev.espalier.core.internal.proto.Onnx.AttributeProto;
import dev.espalier.core.internal.proto.Onnx.NodeProto;
import dev.espalier.core.ir.Attributes;
import dev.espalier.core.ir.Node;
import java.util.ArrayList;
import java.util.List;

/** {@code NodeProto} to {@link Node} and back. */
final class NodeCodec {
    private NodeCodec() {}

    static Node decode(NodeProto proto, Source source) {
        NodeProto.Builder rest =
                proto.toBuilder()
                        .clearName()
                        .clearDomain()
                        .clearOpType()
                        .clearOverload()
                        .clearInput()
                        .clearOutput()
                        .clearAttribute();
        List<AttributeProto> rests = new ArrayList<>();
        Attributes attributes =
                AttributesCodec.decode(
                        proto.getAttributeList(),
                        rests,
                        "node '%s' (%s)".formatted(proto.getName(), proto.getOpType()),
                        source);
        return new Node(
                proto.getName(),
                proto.getDomain(),
                proto.getOpType(),
                proto.getOverload(),
                proto.getInputList(),
                proto.getOutputList(),
                attributes,
                Extras.of(rest.addAllAttribute(rests), source));
    }

    static NodeProto encode(Node node) {
        NodeProto.Builder proto = Extras.merge(node.extras(), NodeProto.newBuilder());
        List<AttributeProto> attributes =
                AttributesCodec.encode(node.attributes(), proto.getAttributeList());
        if (!node.name().isEmpty()) {
            proto.setName(node.name());
        }
        if (!node.domain().isEmpty()) {
            proto.setDomain(node.domain());
        }
        if (!node.overload().isEmpty()) {
            proto.setOverload(node.overload());
        }
        return proto.setOpType(node.opType())
                .addAllInput(node.inputs())
                .addAllOutput(node.outputs())
                .clearAttribute()
                .addAllAttribute(attributes)
                .build();
    }
}
