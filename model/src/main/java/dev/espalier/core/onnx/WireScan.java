package dev.espalier.core.onnx;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.UnsafeByteOperations;
import com.google.protobuf.WireFormat;
import dev.espalier.core.ModelFormatException;
import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.internal.proto.Onnx.ModelProto;

/**
 * Walks the bytes of a file before they are parsed: every length lies within its message, nesting
 * is bounded, names are UTF-8, and the objects that parsing would make fit into the heap. A file of
 * 100 MB can ask for 10 GB of them. Skips weights, so it costs next to nothing.
 */
final class WireScan {
    /** What protobuf itself allows; a sub-graph takes three levels. */
    private static final int MAX_DEPTH = 100;

    // Rough sizes of what one piece of a file becomes, parsed and in the model together.
    private static final int MESSAGE_COST = 300;
    private static final int FIELD_COST = 48;
    private static final int PACKED_COST = 24;

    private final byte[] bytes;
    private final String name;
    private int at;
    private long cost;

    private WireScan(byte[] bytes, String name) {
        this.bytes = bytes;
        this.name = name;
    }

    /**
     * @param name of the file for messages
     */
    static void check(byte[] bytes, String name) {
        WireScan scan = new WireScan(bytes, name);
        scan.message(bytes.length, ModelProto.getDescriptor(), 0);
        long heap = Runtime.getRuntime().maxMemory();
        if (scan.cost > heap / 4 * 3) {
            throw new UnsupportedModelException(
                    ("%s has so many parts that it needs about %s MiB of heap, of %s MiB; start with"
                                    + " a larger one (-Xmx)")
                            .formatted(name, scan.cost >> 20, heap >> 20));
        }
    }

    private void message(int end, Descriptor type, int depth) {
        if (depth > MAX_DEPTH) {
            throw damaged(at, "parts are nested deeper than " + MAX_DEPTH + " levels");
        }
        cost += MESSAGE_COST;
        while (at < end) {
            int start = at;
            long tag = varint(end);
            int number = (int) (tag >>> 3);
            if (tag >>> 3 == 0 || tag > 0xffff_ffffL) {
                throw damaged(start, "a field has the impossible number " + (tag >>> 3));
            }
            FieldDescriptor field = type.findFieldByNumber(number);
            cost += FIELD_COST;
            switch ((int) tag & 7) {
                case WireFormat.WIRETYPE_VARINT -> varint(end);
                case WireFormat.WIRETYPE_FIXED64 -> skip(8, end, start);
                case WireFormat.WIRETYPE_FIXED32 -> skip(4, end, start);
                case WireFormat.WIRETYPE_LENGTH_DELIMITED ->
                        delimited(end, type, field, start, depth);
                default -> throw damaged(start, "a field has an encoding that ONNX does not use");
            }
        }
    }

    private void delimited(int end, Descriptor type, FieldDescriptor field, int start, int depth) {
        long length = varint(end);
        if (length < 0 || length > end - at) {
            throw damaged(
                    start,
                    "%s%s claims %s bytes, only %s are left"
                            .formatted(
                                    type.getName(),
                                    field == null ? "" : "." + field.getName(),
                                    Long.toUnsignedString(length),
                                    end - at));
        }
        int inner = at + (int) length;
        if (field == null) {
            at = inner;
        } else if (field.getJavaType() == JavaType.MESSAGE) {
            message(inner, field.getMessageType(), depth + 1);
        } else if (field.getJavaType() == JavaType.STRING) {
            // Documentation is never looked into, and old exporters wrote it in any encoding.
            if (!field.getName().equals("doc_string") && !isUtf8(inner)) {
                throw damaged(start, type.getName() + "." + field.getName() + " is not UTF-8 text");
            }
            at = inner;
        } else if (field.isRepeated() && field.getJavaType() != JavaType.BYTE_STRING) {
            packed(inner, field);
        } else {
            at = inner;
        }
    }

    private boolean isUtf8(int end) {
        ByteString text = UnsafeByteOperations.unsafeWrap(bytes, at, end - at);
        return text.isValidUtf8();
    }

    private void packed(int end, FieldDescriptor field) {
        if (field.getJavaType() == JavaType.FLOAT || field.getJavaType() == JavaType.DOUBLE) {
            cost += end - at;
            at = end;
            return;
        }
        for (; at < end; at++) {
            cost += bytes[at] >= 0 ? PACKED_COST : 0;
        }
    }

    private void skip(int count, int end, int start) {
        if (count > end - at) {
            throw damaged(start, "a number is cut off");
        }
        at += count;
    }

    private long varint(int end) {
        long value = 0;
        int start = at;
        for (int shift = 0; shift < 70; shift += 7) {
            if (at >= end) {
                throw damaged(start, "a number is cut off");
            }
            byte b = bytes[at++];
            value |= (long) (b & 0x7f) << shift;
            if (b >= 0) {
                return value;
            }
        }
        throw damaged(start, "a number has more than ten bytes");
    }

    private ModelFormatException damaged(int offset, String what) {
        return new ModelFormatException(
                "%s is damaged or no ONNX model: at byte %s, %s".formatted(name, offset, what));
    }
}
