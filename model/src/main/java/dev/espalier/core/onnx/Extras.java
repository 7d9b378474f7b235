package dev.espalier.core.onnx;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import dev.espalier.core.ir.Opaque;

/** What remains of a message when the model's own fields are taken out of it. */
final class Extras {
    private Extras() {}

    /** The rest as bytes, with external data in it fetched, since it would lose its file. */
    static Opaque of(Message.Builder rest, Source source) {
        Inlining.apply(rest, source);
        return Opaque.of(rest.build().toByteArray());
    }

    /** {@code builder} with the fields that {@link #of} kept. */
    static <B extends Message.Builder> B merge(Opaque extras, B builder) {
        if (!extras.isEmpty()) {
            try {
                builder.mergeFrom(extras.bytes());
            } catch (InvalidProtocolBufferException e) {
                throw new IllegalStateException("extras are not of this message", e);
            }
        }
        return builder;
    }
}
