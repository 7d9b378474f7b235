package dev.espalier.quantize.internal.weights;

import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.quantize.option.WeightType;
import java.nio.ByteBuffer;

/**
 * A matrix of K rows and N columns in codes, and its layout in the tensors of MatMulNBits:
 *
 * <ul>
 *   <li>codes: bytes [N, blocks, size * bits / 8] with {@code blocks = ceil(K / size)}; the first
 *       of two 4-bit codes is the low half of a byte; codes behind row K - 1 stand for zero;
 *   <li>scales: float32 [N, blocks];
 *   <li>zero points: bytes [N, ceil(blocks * bits / 8)], packed like codes, each column from a new
 *       byte on.
 * </ul>
 */
public final class BlockWeight {
    private final int k;
    private final int n;
    private final WeightType type;
    private final int size;
    private final int blocks;
    private final byte[] codes;
    private final BlockGrid[] grids;

    BlockWeight(int k, int n, WeightType type, int size) {
        this.k = k;
        this.n = n;
        this.type = type;
        this.size = size;
        this.blocks = (k + size - 1) / size;
        this.codes = new byte[Math.multiplyExact(k, n)];
        this.grids = new BlockGrid[Math.multiplyExact(blocks, n)];
    }

    int size() {
        return size;
    }

    int blocks() {
        return blocks;
    }

    /** The row after the last one of {@code block}. */
    int end(int block) {
        return Math.min(k, (block + 1) * size);
    }

    BlockGrid grid(int column, int block) {
        return grids[column * blocks + block];
    }

    void setGrid(int column, int block, BlockGrid grid) {
        grids[column * blocks + block] = grid;
    }

    /** Gives a weight its code, and returns the number that this stands for. */
    double put(int column, int row, double weight) {
        BlockGrid grid = grid(column, row / size);
        int code = grid.encode(weight);
        codes[column * k + row] = (byte) code;
        return grid.decode(code);
    }

    /** The number that a weight has become. */
    public double get(int column, int row) {
        return grid(column, row / size).decode(codes[column * k + row] & 0xff);
    }

    Tensor codes() {
        int bytes = size * type.bits() / 8;
        byte[] packed = new byte[Math.multiplyExact(Math.multiplyExact(n, blocks), bytes)];
        for (int column = 0; column < n; column++) {
            for (int row = 0; row < blocks * size; row++) {
                int code =
                        row < k
                                ? codes[column * k + row] & 0xff
                                : grid(column, row / size).zeroPoint();
                pack(packed, (long) column * blocks * size + row, code);
            }
        }
        return bytes(Shape.of(n, blocks, bytes), packed);
    }

    Tensor scales() {
        float[] scales = new float[grids.length];
        for (int i = 0; i < scales.length; i++) {
            scales[i] = grids[i].scale();
        }
        return Tensor.ofFloats(Shape.of(n, blocks), scales);
    }

    Tensor zeroPoints() {
        int bytes = (blocks * type.bits() + 7) / 8;
        byte[] packed = new byte[n * bytes];
        for (int column = 0; column < n; column++) {
            for (int block = 0; block < blocks; block++) {
                long at = (long) column * bytes * 8 / type.bits() + block;
                pack(packed, at, grid(column, block).zeroPoint());
            }
        }
        return bytes(Shape.of(n, bytes), packed);
    }

    private void pack(byte[] packed, long element, int code) {
        int perByte = 8 / type.bits();
        int shift = (int) (element % perByte) * type.bits();
        packed[(int) (element / perByte)] |= (byte) (code << shift);
    }

    private static Tensor bytes(Shape shape, byte[] values) {
        return Tensor.of(DataType.UINT8, shape, ByteBuffer.wrap(values));
    }
}
