package dev.espalier.core.onnx;

import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.ir.Model;
import dev.espalier.core.onnx.proto.Onnx.FunctionProto;
import dev.espalier.core.onnx.proto.Onnx.ModelProto;
import dev.espalier.core.onnx.proto.Onnx.OperatorSetIdProto;
import dev.espalier.core.onnx.proto.Onnx.StringStringEntryProto;
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
        Map<String, Long> opsets = new LinkedHashMap<>();
        for (OperatorSetIdProto opset : proto.getOpsetImportList()) {
            Long before = opsets.put(opset.getDomain(), opset.getVersion());
            if (opset.getVersion() < 1 || before != null && before != opset.getVersion()) {
                throw source.damaged(
                        "version %d of operator set '%s' is impossible%s"
                                .formatted(
                                        opset.getVersion(),
                                        opset.getDomain(),
                                        before == null ? "" : " beside version " + before));
            }
        }
        for (FunctionProto function : proto.getFunctionsList()) {
            if (function.getDomain().isEmpty() || function.getDomain().equals("ai.onnx")) {
                throw new UnsupportedModelException(
                        "%s: function '%s' redefines an operator of the standard domain"
                                .formatted(source.name(), function.getName()));
            }
        }
        Map<String, String> metadata = new LinkedHashMap<>();
        proto.getMetadataPropsList()
                .forEach(entry -> metadata.put(entry.getKey(), entry.getValue()));
        ModelProto.Builder rest =
                proto.toBuilder()
                        .clearIrVersion()
                        .clearOpsetImport()
                        .clearGraph()
                        .clearMetadataProps();
        return new Model(
                proto.getIrVersion(),
                opsets,
                GraphCheck.check(GraphCodec.decode(proto.getGraph(), source), source),
                metadata,
                Extras.of(rest, source));
    }

    /** All of {@code model} but its graph. */
    static ModelProto encodeHeader(Model model) {
        ModelProto.Builder proto = Extras.merge(model.extras(), ModelProto.newBuilder());
        proto.setIrVersion(model.irVersion());
        model.opsets()
                .forEach(
                        (domain, version) ->
                                proto.addOpsetImport(
                                        OperatorSetIdProto.newBuilder()
                                                .setDomain(domain)
                                                .setVersion(version)));
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
