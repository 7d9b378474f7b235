package dev.espalier.runtime;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.TensorType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Native memory that runs write their results to, used again from run to run: copies on the heap
 * would be garbage at once, by tens of megabytes a run where all values of a network are asked for.
 *
 * <p>Memory is only taken for inputs of the same shapes as the last ones, so that data of ever
 * changing shapes does not fill it.
 */
final class ResultBuffers {
    private final OrtEnvironment environment;
    private final Deque<Lent> free = new ArrayDeque<>();
    private Map<String, Shape> inputs;
    private Map<String, TensorType> types;
    private boolean givenUp;

    ResultBuffers(OrtEnvironment environment) {
        this.environment = environment;
    }

    /**
     * Room for the results of one run.
     *
     * @param inputs shapes of what is fed for them
     * @param natives to be written to, by value
     * @param tensors the same memory, in the order of the values asked for
     */
    record Lent(
            Map<String, Shape> inputs,
            Map<String, OnnxTensor> natives,
            Map<String, Tensor> tensors) {
        void close() {
            natives.values().forEach(OnnxTensor::close);
        }
    }

    /** Room for what {@code feeds} give; empty where that is not known. */
    synchronized Optional<Lent> take(Map<String, Tensor> feeds) throws OrtException {
        if (types == null || !shapes(feeds).equals(inputs)) {
            return Optional.empty();
        }
        return Optional.of(free.isEmpty() ? allocated() : free.pop());
    }

    private Lent allocated() throws OrtException {
        Map<String, OnnxTensor> natives = new HashMap<>();
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (Map.Entry<String, TensorType> value : types.entrySet()) {
            DataType type = value.getValue().dataType();
            Shape shape = value.getValue().shape();
            int size = Math.toIntExact(type.bytes(shape.elementCount()));
            ByteBuffer bytes = ByteBuffer.allocateDirect(size).order(ByteOrder.LITTLE_ENDIAN);
            Tensor tensor = Tensor.of(type, shape, bytes);
            natives.put(value.getKey(), TensorBridge.toNative(environment, tensor, bytes));
            tensors.put(value.getKey(), tensor);
        }
        return new Lent(inputs, natives, tensors);
    }

    synchronized void release(Lent lent) {
        if (!givenUp && lent.inputs().equals(inputs)) {
            free.push(lent);
        } else {
            lent.close();
        }
    }

    /**
     * Tells what a run gave.
     *
     * @param feeds what it was fed
     * @param results all of its results
     */
    synchronized void expect(Map<String, Tensor> feeds, Map<String, Tensor> results) {
        if (givenUp) {
            return;
        }
        Map<String, Shape> shapes = shapes(feeds);
        if (!shapes.equals(inputs)) {
            forget();
            inputs = shapes;
        } else if (results.values().stream().allMatch(ResultBuffers::hasRoom)) {
            types = new LinkedHashMap<>();
            results.forEach((value, tensor) -> types.put(value, tensor.type()));
        }
    }

    private static boolean hasRoom(Tensor tensor) {
        return tensor.dataType() != DataType.STRING && tensor.elementCount() > 0;
    }

    /** Frees all memory that is not lent, and lends no more. */
    synchronized void giveUp() {
        givenUp = true;
        forget();
    }

    private void forget() {
        free.forEach(Lent::close);
        free.clear();
        types = null;
        inputs = null;
    }

    private static Map<String, Shape> shapes(Map<String, Tensor> tensors) {
        Map<String, Shape> shapes = new HashMap<>();
        tensors.forEach((name, tensor) -> shapes.put(name, tensor.shape()));
        return shapes;
    }
}
