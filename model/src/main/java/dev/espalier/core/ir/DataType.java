package dev.espalier.core.ir;

import java.util.Optional;

/** Element types of ONNX tensors with their identifiers in the file and their widths. */
public enum DataType {
    FLOAT(1, 32),
    UINT8(2, 8),
    INT8(3, 8),
    UINT16(4, 16),
    INT16(5, 16),
    INT32(6, 32),
    INT64(7, 64),
    STRING(8, 0),
    BOOL(9, 8),
    FLOAT16(10, 16),
    DOUBLE(11, 64),
    UINT32(12, 32),
    UINT64(13, 64),
    COMPLEX64(14, 64),
    COMPLEX128(15, 128),
    BFLOAT16(16, 16),
    FLOAT8E4M3FN(17, 8),
    FLOAT8E4M3FNUZ(18, 8),
    FLOAT8E5M2(19, 8),
    FLOAT8E5M2FNUZ(20, 8),
    UINT4(21, 4),
    INT4(22, 4),
    FLOAT4E2M1(23, 4),
    FLOAT8E8M0(24, 8),
    UINT2(25, 2),
    INT2(26, 2);

    private static final DataType[] BY_ID = new DataType[values().length + 1];

    static {
        for (DataType type : values()) {
            BY_ID[type.id] = type;
        }
    }

    private final int id;
    private final int bits;

    DataType(int id, int bits) {
        this.id = id;
        this.bits = bits;
    }

    /** The value of {@code TensorProto.DataType} in an ONNX file. */
    public int id() {
        return id;
    }

    /**
     * Bits of one element; 0 for strings. Elements narrower than a byte are packed, low bits first.
     */
    public int bits() {
        return bits;
    }

    /** Bytes that {@code elements} elements take when packed, or 0 for strings. */
    public long bytes(long elements) {
        return Math.addExact(Math.multiplyExact(elements, bits), 7L) / 8;
    }

    /** Whether {@link Tensor#toFloats()} is defined and exact up to float precision. */
    public boolean isFloating() {
        return this == FLOAT || this == DOUBLE || this == FLOAT16 || this == BFLOAT16;
    }

    /** Whether this is an integer or Boolean type of 8 to 64 bits, or a packed 2- or 4-bit one. */
    public boolean isInteger() {
        return switch (this) {
            case UINT8, INT8, UINT16, INT16, INT32, INT64, UINT32, UINT64, BOOL -> true;
            case UINT4, INT4, UINT2, INT2 -> true;
            default -> false;
        };
    }

    /** The type with this identifier, or empty for 0 and for types newer than this schema. */
    public static Optional<DataType> ofId(int id) {
        return id > 0 && id < BY_ID.length ? Optional.of(BY_ID[id]) : Optional.empty();
    }
}
