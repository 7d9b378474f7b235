package dev.espalier.runtime;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.data.ModelRunner;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.GraphEditor;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Value;
import dev.espalier.core.onnx.OnnxReader;
import dev.espalier.core.onnx.OnnxWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Loads models into ONNX Runtime. Sessions may be opened from any thread. */
public final class OrtRunner implements ModelRunner {
    /** Above this a model goes through a file, since its bytes would be held several times. */
    private static final long LARGEST_IN_MEMORY = 32L << 20;

    private final SessionSettings settings;
    private final long largestInMemory;

    /** Runs on all cores with all optimizations. */
    public OrtRunner() {
        this(SessionSettings.DEFAULT);
    }

    public OrtRunner(SessionSettings settings) {
        this(settings, LARGEST_IN_MEMORY);
    }

    OrtRunner(SessionSettings settings, long largestInMemory) {
        this.settings = settings;
        this.largestInMemory = largestInMemory;
    }

    /**
     * {@inheritDoc} Nodes that none of {@code values} depends on are left out, and a value asked
     * for is not fused away, so that speed is to be measured on a session of the outputs alone.
     *
     * @throws IllegalArgumentException where the graph has no value of such a name
     */
    @Override
    public OrtModel open(Model model, List<String> values) {
        Model asked = exposing(model, values);
        if (settings.exactSums()) {
            ExactSums.require(asked);
        }
        long bytes =
                asked.graph().initializers().values().stream()
                        .mapToLong(initializer -> initializer.tensor().byteSize())
                        .sum();
        if (bytes <= largestInMemory) {
            byte[] file = OnnxWriter.toBytes(asked);
            return load(values, () -> {}, (ort, options) -> ort.createSession(file, options));
        }
        TemporaryModel file = TemporaryModel.write(asked);
        try {
            return load(
                    values,
                    file::delete,
                    (ort, options) -> ort.createSession(file.path().toString(), options));
        } catch (RuntimeException e) {
            file.delete();
            throw e;
        }
    }

    @Override
    public OrtModel open(Model model) {
        return open(model, model.graph().outputs().stream().map(Value::name).toList());
    }

    @Override
    public OrtRunner withThreads(int threads) {
        return new OrtRunner(settings.withThreads(threads), largestInMemory);
    }

    @Override
    public OrtRunner withoutOptimizations() {
        return new OrtRunner(
                settings.withOptimization(SessionSettings.Optimization.NONE), largestInMemory);
    }

    /**
     * Loads the very file that ships; runs return its outputs.
     *
     * @throws dev.espalier.core.ModelFormatException where {@link OnnxReader} refuses the file: a
     *     damaged one is not given to native code
     */
    public OrtModel open(Path file) {
        Model model = OnnxReader.read(file);
        if (settings.exactSums()) {
            ExactSums.require(model);
        }
        return load(null, () -> {}, (ort, options) -> ort.createSession(file.toString(), options));
    }

    /** The model with {@code values} as its outputs; itself where they are already. */
    private static Model exposing(Model model, List<String> values) {
        Graph graph = model.graph();
        if (values.isEmpty()) {
            throw new IllegalArgumentException("no values asked for");
        }
        Map<String, Value> outputs = new LinkedHashMap<>();
        graph.outputs().forEach(value -> outputs.put(value.name(), value));
        Set<String> names = new LinkedHashSet<>(values);
        if (List.copyOf(names).equals(List.copyOf(outputs.keySet()))) {
            return model;
        }
        List<Value> exposed =
                names.stream()
                        .map(
                                name ->
                                        outputs.containsKey(name)
                                                ? outputs.get(name)
                                                : at(graph, name))
                        .toList();
        Graph changed =
                new Graph(
                        graph.name(),
                        graph.inputs(),
                        exposed,
                        graph.valueInfos(),
                        List.copyOf(graph.initializers().values()),
                        graph.nodes(),
                        graph.extras());
        return model.withGraph(new GraphEditor(changed).removeUnused().build());
    }

    /** An intermediate value as an output. It carries no type: the runtime infers the right one. */
    private static Value at(Graph graph, String name) {
        boolean known =
                graph.producer(name).isPresent()
                        || graph.initializers().containsKey(name)
                        || graph.inputs().stream().anyMatch(input -> input.name().equals(name));
        if (!known || name.isEmpty()) {
            throw new IllegalArgumentException("the model has no value '" + name + "'");
        }
        return Value.of(name, null);
    }

    private interface Loader {
        OrtSession load(OrtEnvironment ort, SessionOptions options) throws OrtException;
    }

    private OrtModel load(List<String> values, Runnable afterClose, Loader loader) {
        OrtEnvironment ort = RuntimeEnvironment.get();
        try (SessionOptions options = new SessionOptions()) {
            options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
            options.setIntraOpNumThreads(settings.threads());
            options.setOptimizationLevel(level(settings.optimization()));
            if (settings.exactSums()) {
                options.addConfigEntry(ExactSums.OPTION, "1");
            }
            OrtSession session = loader.load(ort, options);
            try {
                return new OrtModel(ort, session, values, afterClose);
            } catch (OrtException | UnsupportedModelException e) {
                session.close();
                throw e;
            }
        } catch (OrtException e) {
            throw NativeErrors.translate("load the model", e);
        }
    }

    private static OptLevel level(SessionSettings.Optimization optimization) {
        return switch (optimization) {
            case NONE -> OptLevel.NO_OPT;
            case BASIC -> OptLevel.BASIC_OPT;
            case EXTENDED -> OptLevel.EXTENDED_OPT;
            case ALL -> OptLevel.ALL_OPT;
        };
    }
}
