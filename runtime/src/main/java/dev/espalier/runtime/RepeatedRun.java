package dev.espalier.runtime;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.ir.Value;
import dev.espalier.core.onnx.OnnxReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * A loaded model file with inputs at hand, to be run again and again: what a benchmark times. A run
 * is the call into ONNX Runtime and the release of its outputs, and nothing else: no input is
 * copied and no output is looked at.
 */
public final class RepeatedRun implements AutoCloseable {
    private final OrtSession session;
    private final Map<String, OnnxTensor> inputs;
    private final long batch;

    private RepeatedRun(OrtSession session, Map<String, OnnxTensor> inputs, long batch) {
        this.session = session;
        this.inputs = inputs;
        this.batch = batch;
    }

    /**
     * Loads {@code model} and makes random inputs, the same for the same seed.
     *
     * @param threads that one run may use
     * @param shapes sizes of what the inputs leave open; a model that fixes its first dimension is
     *     run as it is where a batch of 1 is asked for
     * @throws UnsupportedModelException where ONNX Runtime refuses the model, or it fixes another
     *     batch
     * @throws dev.espalier.core.InvalidOptionException where a dimension stays open
     */
    public static RepeatedRun open(Path model, int threads, InputShapes shapes, long seed) {
        OrtSession session = session(model, threads);
        Map<String, OnnxTensor> inputs = new LinkedHashMap<>();
        try {
            List<Value> feeds = feeds(model, session);
            Map<String, Tensor> random = random(model, feeds, shapes, new SplittableRandom(seed));
            long batch = batch(random);
            if (shapes.batch() != 1 && batch != shapes.batch()) {
                throw new UnsupportedModelException(
                        "%s: input '%s' is %s; it cannot be run at batch %s."
                                .formatted(
                                        model, feeds.get(0).name(), feeds.get(0), shapes.batch()));
            }
            for (Map.Entry<String, Tensor> input : random.entrySet()) {
                inputs.put(
                        input.getKey(),
                        TensorBridge.copy(RuntimeEnvironment.get(), input.getValue()));
            }
            RepeatedRun run = new RepeatedRun(session, inputs, Math.max(1, batch));
            session = null;
            return run;
        } catch (OrtException e) {
            throw NativeErrors.translate("load " + model, e);
        } finally {
            if (session != null) {
                close(session, inputs);
            }
        }
    }

    private static List<Value> feeds(Path model, OrtSession session) throws OrtException {
        List<Value> feeds = new ArrayList<>();
        for (NodeInfo input : session.getInputInfo().values()) {
            TensorType type =
                    TensorBridge.declaredType(input)
                            .orElseThrow(
                                    () ->
                                            new UnsupportedModelException(
                                                    "%s: input '%s' is not a tensor of a known type."
                                                            .formatted(model, input.getName())));
            feeds.add(Value.of(input.getName(), type));
        }
        return feeds;
    }

    private static Map<String, Tensor> random(
            Path model, List<Value> feeds, InputShapes shapes, SplittableRandom random) {
        boolean mayDivide =
                feeds.stream().anyMatch(feed -> feed.type().orElseThrow().dataType().isInteger());
        return mayDivide
                ? shapes.random(OnnxReader.read(model), random)
                : shapes.random(feeds, random);
    }

    /** Size of the first input's first dimension, which is a batch where there are more. */
    private static long batch(Map<String, Tensor> inputs) {
        return inputs.values().stream()
                .limit(1)
                .filter(first -> first.shape().rank() > 1)
                .mapToLong(first -> first.shape().size(0))
                .findFirst()
                .orElse(1);
    }

    private static OrtSession session(Path model, int threads) {
        try (OrtSession.SessionOptions options = RuntimeEnvironment.options()) {
            options.setIntraOpNumThreads(threads);
            options.setInterOpNumThreads(1);
            options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
            return RuntimeEnvironment.get().createSession(model.toString(), options);
        } catch (OrtException e) {
            throw NativeErrors.translate("load " + model, e);
        }
    }

    /** Examples in one run: the size of the first input's first dimension. */
    public long batch() {
        return batch;
    }

    /**
     * Runs once.
     *
     * @throws UnsupportedModelException where ONNX Runtime fails on these inputs
     */
    public void run() {
        try (OrtSession.Result result = session.run(inputs)) {
            if (result.size() == 0) {
                throw new UnsupportedModelException("The model has no outputs.");
            }
        } catch (OrtException e) {
            throw NativeErrors.translate("run the model", e);
        }
    }

    @Override
    public void close() {
        close(session, inputs);
    }

    private static void close(OrtSession session, Map<String, OnnxTensor> inputs) {
        inputs.values().forEach(OnnxTensor::close);
        try {
            session.close();
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime cannot release a session", e);
        }
    }
}
