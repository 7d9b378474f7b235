package dev.espalier.core.onnx;

import dev.espalier.core.internal.proto.Onnx.AttributeProto;
import dev.espalier.core.internal.proto.Onnx.FunctionProto;
import dev.espalier.core.internal.proto.Onnx.NodeProto;
import dev.espalier.core.ir.Attributes;
import dev.espalier.core.ir.Function;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Opaque;
import dev.espalier.core.ir.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code FunctionProto} to {@link Function} and back. */
final class FunctionCodec {
    private FunctionCodec() {}

    /** The functions of a file, checked, in its order. */
    static Map<Function.Id, Function> decode(List<FunctionProto> protos, Source source) {
        Map<Function.Id, Function> functions = new LinkedHashMap<>();
        for (FunctionProto proto : protos) {
            Function.Id id =
                    new Function.Id(proto.getDomain(), proto.getName(), proto.getOverload());
            FunctionCheck.check(id, source);
            Function function = decode(proto, id, source.within("function '" + id + "'"));
            if (functions.put(id, function) != null) {
                throw source.damaged("two functions are called '" + id + "'");
            }
        }
        return functions;
    }

    private static Function decode(FunctionProto proto, Function.Id id, Source source) {
        FunctionProto.Builder rest =
                proto.toBuilder()
                        .clearDomain()
                        .clearName()
                        .clearOverload()
                        .clearInput()
                        .clearOutput()
                        .clearAttribute()
                        .clearAttributeProto()
                        .clearNode()
                        .clearOpsetImport()
                        .clearValueInfo();
        List<AttributeProto> rests = new ArrayList<>();
        Attributes defaults =
                AttributesCodec.decode(proto.getAttributeProtoList(), rests, "it", source);
        List<Node> nodes = new ArrayList<>(proto.getNodeCount());
        for (NodeProto node : proto.getNodeList()) {
            nodes.add(NodeCodec.decode(node, source));
        }
        Graph body =
                new Graph(
                        proto.getName(),
                        untyped(proto.getInputList()),
                        untyped(proto.getOutputList()),
                        GraphCodec.values(proto.getValueInfoList(), source),
                        List.of(),
                        nodes,
                        Opaque.NONE);
        Function function =
                new Function(
                        id,
                        proto.getAttributeList(),
                        defaults,
                        OpsetCodec.decode(proto.getOpsetImportList(), source),
                        body,
                        Extras.of(rest.addAllAttributeProto(rests), source));
        return FunctionCheck.check(function, source);
    }

    private static List<Value> untyped(List<String> names) {
        return names.stream().map(name -> Value.of(name, null)).toList();
    }

    static FunctionProto encode(Function function) {
        FunctionProto.Builder proto =
                Extras.merge(function.extras(), FunctionProto.newBuilder())
                        .setDomain(function.id().domain())
                        .setName(function.id().name());
        if (!function.id().overload().isEmpty()) {
            proto.setOverload(function.id().overload());
        }
        List<AttributeProto> defaults =
                AttributesCodec.encode(function.defaults(), proto.getAttributeProtoList());
        Graph body = function.body();
        body.inputs().forEach(input -> proto.addInput(input.name()));
        body.outputs().forEach(output -> proto.addOutput(output.name()));
        body.nodes().forEach(node -> proto.addNode(NodeCodec.encode(node)));
        body.valueInfos().forEach(value -> proto.addValueInfo(ValueCodec.encode(value)));
        return proto.addAllAttribute(function.attributes())
                .clearAttributeProto()
                .addAllAttributeProto(defaults)
                .addAllOpsetImport(OpsetCodec.encode(function.opsets()))
                .build();
    }
}
