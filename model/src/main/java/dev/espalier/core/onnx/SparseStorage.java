package dev.espalier.core.onnx;

import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.internal.proto.Onnx.SparseTensorProto;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;

/**
 * A sparse initializer, seen as the dense tensor it stands for. It is expanded when asked for and
 * written back sparse as long as nobody replaced it.
 */
final class SparseStorage implements Tensor.Storage {
    private final Tensor values;
    private final Tensor indices;
    private final Shape shape;
    private final SparseTensorProto rest;
    private final Source source;

    private SparseStorage(
            Tensor values, Tensor indices, Shape shape, SparseTensorProto rest, Source source) {
        this.values = values;
        this.indices = indices;
        this.shape = shape;
        this.rest = rest;
        this.source = source;
    }

    /** The dense view of {@code proto}. */
    static Tensor decode(SparseTensorProto proto, Source source) {
        String name = proto.getValues().getName();
        Tensor values = TensorCodec.decode(proto.getValues(), source);
        Tensor indices = TensorCodec.decode(proto.getIndices(), source);
        Shape shape = TensorCodec.shape(proto.getDimsList(), name, source);
        DataType type = values.dataType();
        long count = values.elementCount();
        boolean linear = indices.shape().equals(Shape.of(count));
        if (type.bits() < 8
                || indices.dataType() != DataType.INT64
                || values.shape().rank() != 1
                || !linear && !indices.shape().equals(Shape.of(count, shape.rank()))) {
            throw source.damaged(
                    "sparse initializer '%s' of shape %s has values %s and indices %s"
                            .formatted(name, shape, values, indices));
        }
        SparseTensorProto.Builder rest = proto.toBuilder().clearDims();
        rest.setValues(TensorCodec.remainder(proto.getValues()));
        rest.setIndices(TensorCodec.remainder(proto.getIndices()));
        return Tensor.deferred(
                type, shape, new SparseStorage(values, indices, shape, rest.build(), source));
    }

    /** Whether {@code tensor}, which this stores, still has the shape that the file gave it. */
    boolean stillHolds(Tensor tensor) {
        return tensor.shape().equals(shape);
    }

    /** What {@link #decode} was given, without the name. */
    SparseTensorProto.Builder encode() {
        SparseTensorProto.Builder proto = rest.toBuilder();
        proto.getValuesBuilder().mergeFrom(TensorCodec.encode(values).build());
        proto.getIndicesBuilder().mergeFrom(TensorCodec.encode(indices).build());
        for (long size : shape.sizes()) {
            proto.addDims(size);
        }
        return proto;
    }

    @Override
    public ByteBuffer bytes() {
        int width = values.dataType().bits() / 8;
        long size = shape.elementCount() * width;
        if (size > Integer.MAX_VALUE - 8) {
            throw new UnsupportedModelException(
                    source.name() + ": a sparse initializer expands to " + size + " bytes");
        }
        ByteBuffer dense = ByteBuffer.allocate((int) size).order(ByteOrder.LITTLE_ENDIAN);
        long[] sizes = shape.sizes();
        long[] at = indices.toLongs();
        int perValue = indices.shape().rank() == 1 ? 1 : sizes.length;
        ByteBuffer from = values.bytes();
        for (int i = 0; i < values.elementCount(); i++) {
            long index = 0;
            for (int axis = 0; axis < perValue; axis++) {
                long part = at[i * perValue + axis];
                long bound = indices.shape().rank() == 1 ? shape.elementCount() : sizes[axis];
                if (part < 0 || part >= bound) {
                    throw source.damaged(
                            "a sparse initializer of shape " + shape + " has the index " + part);
                }
                index = index * bound + part;
            }
            dense.put((int) index * width, from, i * width, width);
        }
        return dense;
    }

    @Override
    public void writeTo(WritableByteChannel channel) throws IOException {
        ByteBuffer bytes = bytes();
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }
}
