package dev.espalier.cli;

import dev.espalier.core.CompressionException;
import dev.espalier.core.ModelFormatException;
import dev.espalier.core.PassFailedException;
import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.analysis.ChannelGroups;
import dev.espalier.core.analysis.Cost;
import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.analysis.ShapeInference;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.onnx.OnnxReader;
import dev.espalier.core.onnx.OnnxWriter;
import dev.espalier.core.pass.Pass;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.PassRegistry;
import dev.espalier.graft.LayerFilters;
import dev.espalier.quantize.internal.saturation.SaturationProof;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * What commands do with a model file before anything runs it: read it, write it and read that,
 * infer shapes, count costs, find channels, simplify, and plan every pass that there is.
 */
final class ModelChain {
    private static final String SIMPLIFY = "simplify";

    private final Map<String, Pass> passes = new LinkedHashMap<>();

    ModelChain() {
        PassRegistry registry = PassRegistry.load();
        registry.ids().forEach(id -> passes.put(id, MinimalRecipe.pass(registry, id)));
    }

    /** One step that did not succeed, by name, and what it threw. */
    record Failure(String step, Throwable thrown) {
        /** Whether it is what the step's documentation promises for a file that cannot be used. */
        boolean isDocumented() {
            boolean promised =
                    step.startsWith("read")
                            ? thrown instanceof ModelFormatException
                                    || thrown instanceof UnsupportedModelException
                            : thrown instanceof CompressionException
                                    && !(thrown instanceof PassFailedException)
                                    && !(thrown instanceof ModelFormatException);
            return promised && thrown.getMessage() != null && !thrown.getMessage().isBlank();
        }
    }

    /**
     * Every step with the content of a file, each whether or not the one before it succeeded.
     *
     * @return what failed, documented or not
     */
    List<Failure> run(byte[] file) {
        List<Failure> failures = new ArrayList<>();
        Model read = step("read", failures, null, model -> OnnxReader.read(file));
        if (read == null) {
            return failures;
        }
        step("print", failures, read, GraphText::print);
        byte[] written = step("write", failures, read, OnnxWriter::toBytes);
        Model again =
                written == null
                        ? read
                        : step("read what was written", failures, read, m -> reread(written));
        Model model = again == null ? read : again;
        InputShapes shapes = InputShapes.ofBatch(1);
        step("open shapes", failures, model, ShapeInference::of);
        step("shapes", failures, model, m -> ShapeInference.of(m, shapes));
        step("cost", failures, model, m -> Cost.of(m, shapes));
        step("channels", failures, model, m -> ChannelGroups.of(m, shapes));
        step("filters", failures, model, LayerFilters::of);
        step("saturation", failures, model, m -> SaturationProof.of(m, PassContext.of(m).runner()));
        Model simple =
                step(
                        SIMPLIFY,
                        failures,
                        model,
                        m -> passes.get(SIMPLIFY).preview(m, PassContext.of(m)));
        plan(model, simple == null ? model : simple, failures);
        return failures;
    }

    /** What reads must read again, so that a refusal here is a fault. */
    private static Model reread(byte[] written) {
        try {
            return OnnxReader.read(written);
        } catch (CompressionException e) {
            throw new IllegalStateException("what was written cannot be read: " + e, e);
        }
    }

    private void plan(Model original, Model model, List<Failure> failures) {
        passes.forEach(
                (id, pass) ->
                        step(
                                "plan " + id,
                                failures,
                                model,
                                m -> {
                                    Model after = pass.preview(m, PassContext.of(original));
                                    Cost.of(after, InputShapes.ofBatch(1));
                                    return OnnxWriter.size(after);
                                }));
    }

    /** Null where the step fails. */
    private static <T> T step(
            String name, List<Failure> failures, Model model, Function<Model, T> work) {
        try {
            return work.apply(model);
        } catch (RuntimeException | Error e) {
            failures.add(new Failure(name, e));
            return null;
        }
    }
}
