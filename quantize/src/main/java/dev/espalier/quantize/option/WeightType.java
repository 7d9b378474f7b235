package dev.espalier.quantize.option;

/**
 * In how many bits a weight is kept; codes are unsigned, the zero point tells which stands for 0.
 */
public enum WeightType {
    /** 16 values for each block. */
    INT4(4),
    /** 256 values for each block. */
    INT8(8);

    private final int bits;

    WeightType(int bits) {
        this.bits = bits;
    }

    public int bits() {
        return bits;
    }

    public int greatest() {
        return (1 << bits) - 1;
    }

    /** The code of 0 where the runtime is given no zero points. */
    public int middle() {
        return 1 << bits - 1;
    }
}
