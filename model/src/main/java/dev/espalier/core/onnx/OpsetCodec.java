package dev.espalier.core.onnx;

import dev.espalier.core.internal.proto.Onnx.OperatorSetIdProto;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A list of {@code OperatorSetIdProto} to versions by operator domain and back. */
final class OpsetCodec {
    private OpsetCodec() {}

    static Map<String, Long> decode(List<OperatorSetIdProto> protos, Source source) {
        Map<String, Long> opsets = new LinkedHashMap<>();
        for (OperatorSetIdProto opset : protos) {
            Long before = opsets.put(opset.getDomain(), opset.getVersion());
            if (opset.getVersion() < 1 || before != null && before != opset.getVersion()) {
                throw source.damaged(
                        "version %s of operator set '%s' is impossible%s"
                                .formatted(
                                        opset.getVersion(),
                                        opset.getDomain(),
                                        before == null ? "" : " beside version " + before));
            }
        }
        return opsets;
    }

    static List<OperatorSetIdProto> encode(Map<String, Long> opsets) {
        return opsets.entrySet().stream()
                .map(
                        opset ->
                                OperatorSetIdProto.newBuilder()
                                        .setDomain(opset.getKey())
                                        .setVersion(opset.getValue())
                                        .build())
                .toList();
    }
}
