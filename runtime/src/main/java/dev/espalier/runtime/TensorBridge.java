package dev.espalier.runtime;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.TensorInfo;
import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.TensorType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Carries tensors over to ONNX Runtime and back. */
final class TensorBridge {
    private TensorBridge() {}

    /**
     * An ONNX Runtime tensor over {@code bytes}, which must be direct and stay untouched until it
     * is closed; strings are copied.
     *
     * @throws UnsupportedModelException where the runtime's Java interface cannot feed this type
     */
    static OnnxTensor toNative(OrtEnvironment environment, Tensor tensor, ByteBuffer bytes)
            throws OrtException {
        long[] shape = tensor.shape().sizes();
        return switch (tensor.dataType()) {
            case STRING ->
                    OnnxTensor.createTensor(
                            environment, tensor.strings().toArray(String[]::new), shape);
            case FLOAT -> OnnxTensor.createTensor(environment, bytes.asFloatBuffer(), shape);
            case DOUBLE -> OnnxTensor.createTensor(environment, bytes.asDoubleBuffer(), shape);
            case INT16 -> OnnxTensor.createTensor(environment, bytes.asShortBuffer(), shape);
            case INT32 -> OnnxTensor.createTensor(environment, bytes.asIntBuffer(), shape);
            case INT64 -> OnnxTensor.createTensor(environment, bytes.asLongBuffer(), shape);
            case INT8 -> OnnxTensor.createTensor(environment, bytes, shape, OnnxJavaType.INT8);
            case UINT8 -> OnnxTensor.createTensor(environment, bytes, shape, OnnxJavaType.UINT8);
            case BOOL -> OnnxTensor.createTensor(environment, bytes, shape, OnnxJavaType.BOOL);
            case FLOAT16 ->
                    OnnxTensor.createTensor(
                            environment, bytes.asShortBuffer(), shape, OnnxJavaType.FLOAT16);
            case BFLOAT16 ->
                    OnnxTensor.createTensor(
                            environment, bytes.asShortBuffer(), shape, OnnxJavaType.BFLOAT16);
            default ->
                    throw new UnsupportedModelException(
                            "ONNX Runtime's Java interface cannot feed a tensor of type "
                                    + tensor.type());
        };
    }

    /** An ONNX Runtime tensor that holds a copy of {@code tensor}. */
    static OnnxTensor copy(OrtEnvironment environment, Tensor tensor) throws OrtException {
        return toNative(
                environment,
                tensor,
                tensor.dataType() == DataType.STRING ? null : new FeedBuffers().acquire(tensor));
    }

    /** A copy of a run's result. */
    static Tensor fromNative(String name, OnnxValue value) throws OrtException {
        if (!(value instanceof OnnxTensor tensor)) {
            throw new UnsupportedModelException(
                    "value '%s' is a %s, not a tensor".formatted(name, value.getType()));
        }
        TensorInfo info = tensor.getInfo();
        Shape shape = Shape.of(info.getShape());
        DataType type =
                dataType(info)
                        .orElseThrow(
                                () ->
                                        new UnsupportedModelException(
                                                ("value '%s' has the type %s, which "
                                                                + "Espalier does not know")
                                                        .formatted(name, info.onnxType)));
        if (type == DataType.STRING) {
            return Tensor.ofStrings(shape, strings(tensor.getValue()));
        }
        if (shape.elementCount() == 0) {
            return Tensor.of(type, shape, ByteBuffer.allocate(0));
        }
        return Tensor.of(type, shape, tensor.getByteBuffer().order(ByteOrder.LITTLE_ENDIAN));
    }

    private static List<String> strings(Object value) {
        return value instanceof Object[] nested
                ? Arrays.stream(nested).flatMap(part -> strings(part).stream()).toList()
                : List.of((String) value);
    }

    /** The declared type of a model's input or output; empty where it is not a tensor. */
    static Optional<TensorType> declaredType(NodeInfo node) {
        if (!(node.getInfo() instanceof TensorInfo info)) {
            return Optional.empty();
        }
        long[] sizes = info.getShape();
        String[] names = info.getDimensionNames();
        List<Dim> dims =
                IntStream.range(0, sizes.length).mapToObj(i -> dim(sizes[i], names[i])).toList();
        return dataType(info).map(type -> new TensorType(type, Shape.of(dims)));
    }

    private static Dim dim(long size, String name) {
        if (size >= 0) {
            return Dim.of(size);
        }
        return name.isEmpty() ? Dim.UNKNOWN : new Dim.Symbolic(name);
    }

    private static Optional<DataType> dataType(TensorInfo info) {
        return switch (info.onnxType) {
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT -> Optional.of(DataType.FLOAT);
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_DOUBLE -> Optional.of(DataType.DOUBLE);
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT16 -> Optional.of(DataType.FLOAT16);
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_BFLOAT16 -> Optional.of(DataType.BFLOAT16);
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT8 -> Optional.of(DataType.UINT8);
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT8 -> Optional.of(DataType.INT8);
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT16 -> Optional.of(DataType.UINT16);
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT16 -> Optional.of(DataType.INT16);
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT32 -> Optional.of(DataType.UINT32);
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32 -> Optional.of(DataType.INT32);
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT64 -> Optional.of(DataType.UINT64);
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64 -> Optional.of(DataType.INT64);
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_BOOL -> Optional.of(DataType.BOOL);
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_STRING -> Optional.of(DataType.STRING);
            default -> Optional.empty();
        };
    }
}
