package dev.espalier.quantize.option;

import dev.espalier.core.ir.DataType;

/** A floating-point type of two bytes. */
public enum HalfType {
    /** IEEE binary16: 11 significant bits, up to 65504, full precision from 6.1e-5 on. */
    FLOAT16(DataType.FLOAT16, 65504f, 0x1p-14f),
    /** The upper half of a float32: 8 significant bits, the same range. */
    BFLOAT16(DataType.BFLOAT16, 0x1.fep127f, Float.MIN_NORMAL);

    private final DataType dataType;
    private final float greatest;
    private final float leastNormal;

    HalfType(DataType dataType, float greatest, float leastNormal) {
        this.dataType = dataType;
        this.greatest = greatest;
        this.leastNormal = leastNormal;
    }

    public DataType dataType() {
        return dataType;
    }

    /** The largest finite number. */
    public float greatest() {
        return greatest;
    }

    /** The least number above zero that has all significant bits. */
    public float leastNormal() {
        return leastNormal;
    }
}
