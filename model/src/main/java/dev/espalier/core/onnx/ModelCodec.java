package dev.espalier.core.onnx;

import dev.espalier.core.internal.proto.Onnx.ModelProto;
import dev.espalier.core.internal.proto.Onnx.StringStringEntryProto;
import dev.espalier.core.ir.Function;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.Model;
import java.util.LinkedHashMap;
import java.util.Map;

/** {@code ModelProto} to {@link Model} and back. */
final class ModelCodec {
    private ModelCodec() {}

    static Model decode(ModelProto proto, Source source) {
        if (proto.getIrVersion() < 1) {
            throw source.damaged("not an ONNX model: it states no IR version");
        }
        if (!proto.hasGraph()) {
            throw source.damaged("the model has no graph");
        }
        Graph graph = GraphCheck.check(GraphCodec.decode(proto.getGraph(), source), source);
        Map<Function.Id, Function> functions =
                FunctionCodec.decode(proto.getFunctionsList(), source);
        References.check(graph, name -> false, source);
        new Expansion(functions, source).check(graph);
        Map<String, String> metadata = new LinkedHashMap<>();
        proto.getMetadataPropsList()
                .forEach(entry -> metadata.put(entry.getKey(), entry.getValue()));
        ModelProto.Builder rest =
                proto.toBuilder()
                        .clearIrVersion()
                        .clearOpsetImport()
                        .clearGraph()
                        .clearFunctions()
                        .clearMetadataProps();
        return new Model(
                proto.getIrVersion(),
                OpsetCodec.decode(proto.getOpsetImportList(), source),
                graph,
                functions,
                metadata,
                Extras.of(rest, source));
    }

    /** All of {@code model} but its graph. */
    static ModelProto encodeHeader(Model model) {
        ModelProto.Builder proto = Extras.merge(model.extras(), ModelProto.newBuilder());
        proto.setIrVersion(model.irVersion());
        proto.addAllOpsetImport(OpsetCodec.encode(model.opsets()));
        model.functions().values().forEach(f -> proto.addFunctions(FunctionCodec.encode(f)));
        model.metadata()
                .forEach(
                        (key, value) ->
                                proto.addMetadataProps(
                                        StringStringEntryProto.newBuilder()
                                                .setKey(key)
                                                .setValue(value)));
        return proto.build();
    }
}
