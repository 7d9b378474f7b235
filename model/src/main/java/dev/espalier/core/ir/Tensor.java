package dev.espalier.core.ir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.util.List;
import java.util.Objects;

/**
 * Typed constant data of a fixed shape; immutable and shared between models. Type, shape and size
 * are free to ask; reading elements is a visible call, since the bytes may still be in a file.
 *
 * <p>Bytes are in ONNX's raw layout: little-endian, row-major, elements narrower than a byte packed
 * with the first element in the low bits.
 */
public final class Tensor {
    /** Where the elements are: in memory, or in a file that {@code core.onnx} opens when asked. */
    public interface Storage {
        /** All bytes; the caller does not modify them. At most 2 GiB. */
        ByteBuffer bytes();

        /** Streams all bytes, of any number. */
        void writeTo(WritableByteChannel channel) throws IOException;
    }

    private record InMemory(ByteBuffer bytes) implements Storage {
        @Override
        public void writeTo(WritableByteChannel channel) throws IOException {
            ByteBuffer source = bytes.duplicate();
            while (source.hasRemaining()) {
                channel.write(source);
            }
        }
    }

    private final DataType dataType;
    private final Shape shape;
    private final Storage storage;
    private final List<String> strings;

    private Tensor(DataType dataType, Shape shape, Storage storage, List<String> strings) {
        this.dataType = Objects.requireNonNull(dataType);
        this.shape = Objects.requireNonNull(shape);
        this.storage = storage;
        this.strings = strings;
    }

    /**
     * A tensor over {@code bytes} (position to limit), which are not copied and must not change.
     *
     * @throws IllegalArgumentException where their number does not fit type and shape
     */
    public static Tensor of(DataType dataType, Shape shape, ByteBuffer bytes) {
        long expected = dataType.bytes(shape.elementCount());
        if (dataType == DataType.STRING || bytes.remaining() != expected) {
            throw new IllegalArgumentException(
                    ""
                            + dataType
                            + shape
                            + " needs "
                            + expected
                            + " bytes, found "
                            + bytes.remaining());
        }
        return new Tensor(dataType, shape, new InMemory(bytes.slice().asReadOnlyBuffer()), null);
    }

    /** A tensor whose bytes {@code storage} fetches when they are asked for. */
    public static Tensor deferred(DataType dataType, Shape shape, Storage storage) {
        return new Tensor(dataType, shape, Objects.requireNonNull(storage), null);
    }

    public static Tensor ofFloats(Shape shape, float... values) {
        ByteBuffer bytes = allocate(values.length * 4L);
        bytes.asFloatBuffer().put(values);
        return of(DataType.FLOAT, shape, bytes);
    }

    /** An INT64 tensor. */
    public static Tensor ofLongs(Shape shape, long... values) {
        ByteBuffer bytes = allocate(values.length * 8L);
        bytes.asLongBuffer().put(values);
        return of(DataType.INT64, shape, bytes);
    }

    /** An INT32 tensor. */
    public static Tensor ofInts(Shape shape, int... values) {
        ByteBuffer bytes = allocate(values.length * 4L);
        bytes.asIntBuffer().put(values);
        return of(DataType.INT32, shape, bytes);
    }

    /**
     * A tensor of any integer type; bits of {@code values} that the type does not hold are dropped.
     */
    public static Tensor ofIntegers(DataType type, Shape shape, long... values) {
        ByteBuffer bytes = allocate(type.bytes(values.length));
        Elements.encodeIntegers(type, bytes, values);
        return of(type, shape, bytes);
    }

    /** A tensor of any floating type; {@code values} are rounded to it, half to even. */
    public static Tensor ofReals(DataType type, Shape shape, double... values) {
        ByteBuffer bytes = allocate(type.bytes(values.length));
        Elements.encodeReals(type, bytes, values);
        return of(type, shape, bytes);
    }

    public static Tensor ofStrings(Shape shape, List<String> values) {
        if (values.size() != shape.elementCount()) {
            throw new IllegalArgumentException(
                    shape + " does not hold " + values.size() + " strings");
        }
        return new Tensor(DataType.STRING, shape, null, List.copyOf(values));
    }

    public static Tensor scalar(float value) {
        return ofFloats(Shape.SCALAR, value);
    }

    private static ByteBuffer allocate(long size) {
        return ByteBuffer.allocate(Math.toIntExact(size)).order(ByteOrder.LITTLE_ENDIAN);
    }

    public DataType dataType() {
        return dataType;
    }

    public Shape shape() {
        return shape;
    }

    public TensorType type() {
        return new TensorType(dataType, shape);
    }

    public long elementCount() {
        return shape.elementCount();
    }

    /** Bytes of the elements as stored raw; for strings the sum of their UTF-8 lengths. */
    public long byteSize() {
        if (strings != null) {
            return strings.stream()
                    .mapToLong(s -> s.getBytes(java.nio.charset.StandardCharsets.UTF_8).length)
                    .sum();
        }
        return dataType.bytes(elementCount());
    }

    /**
     * Where the elements are, for the code that made that storage and wants to know it again; null
     * for strings. Everybody else reads through the other methods.
     */
    public Storage storage() {
        return storage;
    }

    /** The raw bytes, read-only and little-endian; not for strings. */
    public ByteBuffer bytes() {
        if (storage == null) {
            throw new IllegalStateException("string tensors have no raw bytes");
        }
        return storage.bytes().asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Streams the raw bytes, whatever their number; not for strings. */
    public void writeTo(WritableByteChannel channel) throws IOException {
        storage.writeTo(channel);
    }

    public List<String> strings() {
        if (strings == null) {
            throw new IllegalStateException("a " + dataType + " tensor holds no strings");
        }
        return strings;
    }

    /** The elements of a FLOAT, DOUBLE, FLOAT16, BFLOAT16 or integer tensor, as a new array. */
    public float[] toFloats() {
        float[] values = new float[Math.toIntExact(elementCount())];
        if (dataType == DataType.FLOAT) {
            bytes().asFloatBuffer().get(values);
        } else {
            Elements.decode(this, (i, value) -> values[i] = (float) value);
        }
        return values;
    }

    /** The same elements as {@link #toFloats()}, of a DOUBLE tensor in full precision. */
    public double[] toDoubles() {
        double[] values = new double[Math.toIntExact(elementCount())];
        Elements.decode(this, (i, value) -> values[i] = value);
        return values;
    }

    /** The elements of any integer tensor, as a new array; unsigned 64-bit ones keep their bits. */
    public long[] toLongs() {
        long[] values = new long[Math.toIntExact(elementCount())];
        if (dataType == DataType.INT64) {
            bytes().asLongBuffer().get(values);
        } else {
            Elements.decodeIntegers(this, (i, value) -> values[i] = value);
        }
        return values;
    }

    /** The same bytes under another shape of as many elements. */
    public Tensor reshape(Shape changed) {
        if (changed.elementCount() != elementCount()) {
            throw new IllegalArgumentException(shape + " cannot be seen as " + changed);
        }
        return new Tensor(dataType, changed, storage, strings);
    }

    /** Equal type, shape and bytes. Reads both. */
    @Override
    public boolean equals(Object other) {
        if (this == other) {
            return true;
        }
        if (!(other instanceof Tensor tensor)
                || dataType != tensor.dataType
                || !shape.equals(tensor.shape)) {
            return false;
        }
        return strings != null
                ? strings.equals(tensor.strings)
                : storage == tensor.storage || bytes().equals(tensor.bytes());
    }

    @Override
    public int hashCode() {
        return Objects.hash(dataType, shape);
    }

    @Override
    public String toString() {
        return type().toString();
    }
}
