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
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.BiConsumer;

/**
 * A model loaded by ONNX Runtime. Any number of threads may run it at once; {@link #close} waits
 * for them. Results are copies on the heap, so that nothing native outlives a run, or are shown
 * where the runtime wrote them.
 */
public final class OrtModel implements ModelRunner.Session {
    private final OrtEnvironment environment;
    private final OrtSession session;
    private final List<String> values;
    private final Runnable afterClose;
    private final Map<String, TensorType> inputs;
    private final Map<String, TensorType> outputs;
    private final FeedBuffers buffers = new FeedBuffers();
    private final ResultBuffers results;
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
        this.results = new ResultBuffers(environment);
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
            check(feeds);
            return copies(feeds);
        } catch (OrtException e) {
            throw NativeErrors.translate("run the model", e);
        } finally {
            lock.readLock().unlock();
        }
    }

    @Override
    public void run(Map<String, Tensor> feeds, BiConsumer<String, Tensor> look) {
        lock.readLock().lock();
        try {
            check(feeds);
            Optional<ResultBuffers.Lent> lent = results.take(feeds);
            if (lent.isPresent() && isShown(lent.get(), feeds, look)) {
                return;
            }
            Map<String, Tensor> copies = copies(feeds);
            if (Collections.disjoint(feeds.keySet(), values)) {
                // The runtime does not write what is fed to where it shall be shown.
                results.expect(feeds, copies);
            }
            copies.forEach(look);
        } catch (OrtException e) {
            throw NativeErrors.translate("run the model", e);
        } finally {
            lock.readLock().unlock();
        }
    }

    private void check(Map<String, Tensor> feeds) {
        if (closed) {
            throw new IllegalStateException("this session is closed");
        }
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

    private Map<String, Tensor> copies(Map<String, Tensor> feeds) throws OrtException {
        Map<String, Tensor> returned = new LinkedHashMap<>();
        fed(
                feeds,
                natives -> {
                    try (OrtSession.Result result =
                            session.run(natives, new LinkedHashSet<>(values))) {
                        for (String value : values) {
                            returned.put(
                                    value,
                                    TensorBridge.fromNative(
                                            value, result.get(value).orElseThrow()));
                        }
                    }
                });
        return Collections.unmodifiableMap(returned);
    }

    /** Whether the results were of the shapes that {@code lent} has room for, and are shown. */
    private boolean isShown(
            ResultBuffers.Lent lent, Map<String, Tensor> feeds, BiConsumer<String, Tensor> look) {
        try {
            // Values that the caller brings are not closed with the result.
            fed(feeds, natives -> session.run(natives, Set.of(), lent.natives()).close());
            lent.tensors().forEach(look);
            return true;
        } catch (OrtException e) {
            // Shapes that depend on what is fed, most likely; if not, the next run says what.
            results.giveUp();
            return false;
        } finally {
            results.release(lent);
        }
    }

    private interface NativeRun {
        void with(Map<String, OnnxTensor> feeds) throws OrtException;
    }

    private void fed(Map<String, Tensor> feeds, NativeRun run) throws OrtException {
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
            run.with(natives);
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
            results.giveUp();
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
