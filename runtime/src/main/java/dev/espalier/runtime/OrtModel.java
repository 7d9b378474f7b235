package dev.espalier.runtime;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.data.ModelRunner;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.TensorType;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * A model loaded by ONNX Runtime. Any number of threads may run it at once; {@link #close} waits
 * for them. Results are copies on the heap, so that nothing native outlives a run.
 */
public final class OrtModel implements ModelRunner.Session {
    private final OrtEnvironment environment;
    private final OrtSession session;
    private final List<String> values;
    private final Runnable afterClose;
    private final Map<String, TensorType> inputs;
    private final Map<String, TensorType> outputs;
    private final FeedBuffers buffers = new FeedBuffers();
    private final ReadWriteLock lock = new ReentrantReadWriteLock();
    private boolean closed;

    /**
     * @param values what runs return, in this order; null for all outputs
     * @param afterClose called once when the session is gone
     */
    OrtModel(
            OrtEnvironment environment,
            OrtSession session,
            List<String> values,
            Runnable afterClose)
            throws OrtException {
        this.environment = environment;
        this.session = session;
        this.afterClose = afterClose;
        this.inputs = types(session.getInputInfo());
        this.outputs = types(session.getOutputInfo());
        this.values = values == null ? List.copyOf(session.getOutputNames()) : List.copyOf(values);
    }

    private static Map<String, TensorType> types(Map<String, NodeInfo> declared) {
        Map<String, TensorType> types = new LinkedHashMap<>();
        declared.forEach(
                (name, info) ->
                        types.put(
                                name,
                                TensorBridge.declaredType(info)
                                        .orElseThrow(() -> unknown(name, info))));
        return Collections.unmodifiableMap(types);
    }

    private static UnsupportedModelException unknown(String name, NodeInfo info) {
        return new UnsupportedModelException(
                "'%s' is not a tensor of a known type but %s".formatted(name, info.getInfo()));
    }

    /** Types of the inputs to feed, in the model's order; open dimensions are symbolic. */
    public Map<String, TensorType> inputs() {
        return inputs;
    }

    /** Types of the values that runs can return, in the model's order. */
    public Map<String, TensorType> outputs() {
        return outputs;
    }

    @Override
    public Map<String, Tensor> run(Map<String, Tensor> feeds) {
        lock.readLock().lock();
        try {
            if (closed) {
                throw new IllegalStateException("this session is closed");
            }
            check(feeds);
            return runNative(feeds);
        } catch (OrtException e) {
            throw NativeErrors.translate("run the model", e);
        } finally {
            lock.readLock().unlock();
        }
    }

    private void check(Map<String, Tensor> feeds) {
        if (!feeds.keySet().equals(inputs.keySet())) {
            throw new IllegalArgumentException(
                    "the model takes the inputs " + inputs.keySet() + ", found " + feeds.keySet());
        }
        feeds.forEach(
                (name, tensor) -> {
                    DataType expected = inputs.get(name).dataType();
                    if (tensor.dataType() != expected) {
                        throw new IllegalArgumentException(
                                "input '%s' is %s, found %s"
                                        .formatted(name, inputs.get(name), tensor.type()));
                    }
                });
    }

    private Map<String, Tensor> runNative(Map<String, Tensor> feeds) throws OrtException {
        Map<String, OnnxTensor> natives = new LinkedHashMap<>();
        List<ByteBuffer> used = new ArrayList<>();
        try {
            for (Map.Entry<String, Tensor> feed : feeds.entrySet()) {
                ByteBuffer bytes = null;
                if (feed.getValue().dataType() != DataType.STRING) {
                    bytes = buffers.acquire(feed.getValue());
                    used.add(bytes);
                }
                natives.put(
                        feed.getKey(), TensorBridge.toNative(environment, feed.getValue(), bytes));
            }
            try (OrtSession.Result result = session.run(natives, new LinkedHashSet<>(values))) {
                Map<String, Tensor> returned = new LinkedHashMap<>();
                for (String value : values) {
                    returned.put(
                            value, TensorBridge.fromNative(value, result.get(value).orElseThrow()));
                }
                return Collections.unmodifiableMap(returned);
            }
        } finally {
            natives.values().forEach(OnnxTensor::close);
            used.forEach(buffers::release);
        }
    }

    @Override
    public void close() {
        lock.writeLock().lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            try {
                session.close();
            } finally {
                afterClose.run();
            }
        } catch (OrtException e) {
            throw NativeErrors.translate("close the model", e);
        } finally {
            lock.writeLock().unlock();
        }
    }
}
