package dev.espalier.core.onnx;

import dev.espalier.core.ir.Attribute;
import dev.espalier.core.ir.Attributes;
import dev.espalier.core.ir.Node;
import dev.espalier.core.onnx.proto.Onnx.AttributeProto;
import dev.espalier.core.onnx.proto.Onnx.NodeProto;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** {@code NodeProto} to {@link Node} and back. */
final class NodeCodec {
    private NodeCodec() {}

    static Node decode(NodeProto proto, Source source) {
        NodeProto.Builder rest =
                proto.toBuilder()
                        .clearName()
                        .clearDomain()
                        .clearOpType()
                        .clearInput()
                        .clearOutput()
                        .clearAttribute();
        Map<String, Attribute> attributes = new LinkedHashMap<>();
        for (AttributeProto attribute : proto.getAttributeList()) {
            Attribute decoded = AttributeCodec.decode(attribute, source);
            if (attributes.put(attribute.getName(), decoded) != null) {
                throw source.damaged(
                        "node '%s' (%s) has the attribute '%s' twice"
                                .formatted(
                                        proto.getName(), proto.getOpType(), attribute.getName()));
            }
            AttributeProto more = AttributeCodec.remainder(attribute, decoded);
            if (!more.toBuilder().clearName().build().equals(AttributeProto.getDefaultInstance())) {
                rest.addAttribute(more);
            }
        }
        return new Node(
                proto.getName(),
                proto.getDomain(),
                proto.getOpType(),
                proto.getInputList(),
                proto.getOutputList(),
                Attributes.of(attributes),
                Extras.of(rest, source));
    }

    static NodeProto encode(Node node) {
        NodeProto.Builder proto = Extras.merge(node.extras(), NodeProto.newBuilder());
        Map<String, AttributeProto> rests = new HashMap<>();
        proto.getAttributeList().forEach(rest -> rests.put(rest.getName(), rest));
        proto.clearAttribute();
        if (!node.name().isEmpty()) {
            proto.setName(node.name());
        }
        if (!node.domain().isEmpty()) {
            proto.setDomain(node.domain());
        }
        proto.setOpType(node.opType()).addAllInput(node.inputs()).addAllOutput(node.outputs());
        node.attributes()
                .asMap()
                .forEach(
                        (name, value) ->
                                proto.addAttribute(
                                        AttributeCodec.encode(
                                                name,
                                                value,
                                                rests.getOrDefault(
                                                        name,
                                                        AttributeProto.getDefaultInstance()))));
        return proto.build();
    }
}
