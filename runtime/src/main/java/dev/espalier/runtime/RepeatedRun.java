package dev.espalier.runtime;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.ir.Value;
import java.nio.file.Path;
import java.util.LinkedHashMap;
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
            SplittableRandom random = new SplittableRandom(seed);
            long batch = 0;
            for (NodeInfo input : session.getInputInfo().values()) {
                if (!(input.getInfo() instanceof TensorInfo info)) {
                    throw new UnsupportedModelException(
                            "%s: input '%s' is not a tensor.".formatted(model, input.getName()));
                }
                Value declared = RandomInputs.declared(input.getName(), info);
                TensorType type = shapes.bind(declared);
                long first = type.shape().rank() > 1 ? type.shape().size(0) : 1;
                if (shapes.batch() != 1 && first != shapes.batch() && inputs.isEmpty()) {
                    throw new UnsupportedModelException(
                            "%s: input '%s' is %s; it cannot be run at batch %d."
                                    .formatted(model, input.getName(), declared, shapes.batch()));
                }
                batch = inputs.isEmpty() ? first : batch;
                inputs.put(
                        input.getName(), RandomInputs.tensor(input.getName(), info, type, random));
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

    private static OrtSession session(Path model, int threads) {
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(threads);
            options.setInterOpNumThreads(1);
            options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
            return Environment.get().createSession(model.toString(), options);
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
