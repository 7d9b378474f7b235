package dev.espalier.core.onnx;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.internal.proto.Onnx.TensorProto;
import dev.espalier.core.ir.Tensor;

/**
 * Fetches external data into parts of a file that the model keeps as opaque bytes (sparse tensors,
 * training information): written elsewhere, they would point to nothing.
 */
final class Inlining {
    /** Far above what such parts hold, far below what would fill the heap. */
    private static final long LIMIT_BYTES = 64L << 20;

    private final Source source;
    private long total;

    private Inlining(Source source) {
        this.source = source;
    }

    static void apply(Message.Builder message, Source source) {
        new Inlining(source).visit(message);
    }

    private void visit(Message.Builder message) {
        if (message instanceof TensorProto.Builder tensor) {
            if (tensor.getDataLocation() == TensorProto.DataLocation.EXTERNAL) {
                fetch(tensor);
            }
            return;
        }
        for (FieldDescriptor field : message.getAllFields().keySet()) {
            if (field.getJavaType() != FieldDescriptor.JavaType.MESSAGE) {
                continue;
            }
            if (field.isRepeated()) {
                for (int i = 0; i < message.getRepeatedFieldCount(field); i++) {
                    visit(message.getRepeatedFieldBuilder(field, i));
                }
            } else {
                visit(message.getFieldBuilder(field));
            }
        }
    }

    private void fetch(TensorProto.Builder proto) {
        Tensor tensor = TensorCodec.decode(proto.build(), source);
        total += tensor.byteSize();
        if (total > LIMIT_BYTES) {
            throw new UnsupportedModelException(
                    source.name()
                            + ": tensor '"
                            + proto.getName()
                            + "' is external and large in a place where only small ones are kept");
        }
        TensorProto raw = TensorCodec.encode(tensor).build();
        proto.clearExternalData().clearDataLocation().setRawData(raw.getRawData());
    }
}
