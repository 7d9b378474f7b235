package dev.espalier.core.onnx;

import dev.espalier.core.internal.proto.Onnx.AttributeProto;
import dev.espalier.core.ir.Attribute;
import dev.espalier.core.ir.Attributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A list of {@code AttributeProto} to {@link Attributes} and back. */
final class AttributesCodec {
    private AttributesCodec() {}

    /**
     * @param rests takes what the attributes say beyond their values, under their names
     * @param owner whose attributes these are, for messages
     */
    static Attributes decode(
            List<AttributeProto> protos, List<AttributeProto> rests, String owner, Source source) {
        Map<String, Attribute> attributes = new LinkedHashMap<>();
        for (AttributeProto proto : protos) {
            Attribute decoded = AttributeCodec.decode(proto, source);
            if (attributes.put(proto.getName(), decoded) != null) {
                throw source.damaged(
                        "%s has the attribute '%s' twice".formatted(owner, proto.getName()));
            }
            AttributeProto rest = AttributeCodec.remainder(proto, decoded);
            if (!rest.toBuilder().clearName().build().equals(AttributeProto.getDefaultInstance())) {
                rests.add(rest);
            }
        }
        return Attributes.of(attributes);
    }

    /**
     * @param rests what {@link #decode} found beyond the values
     */
    static List<AttributeProto> encode(Attributes attributes, List<AttributeProto> rests) {
        Map<String, AttributeProto> byName = new HashMap<>();
        rests.forEach(rest -> byName.put(rest.getName(), rest));
        List<AttributeProto> protos = new ArrayList<>();
        attributes
                .asMap()
                .forEach(
                        (name, value) ->
                                protos.add(
                                        AttributeCodec.encode(
                                                name,
                                                value,
                                                byName.getOrDefault(
                                                        name,
                                                        AttributeProto.getDefaultInstance()))));
        return protos;
    }
}
