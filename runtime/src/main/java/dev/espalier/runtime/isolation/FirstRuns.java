package dev.espalier.runtime.isolation;

import dev.espalier.core.CompressionException;
import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.analysis.ShapeInference;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.ir.Value;
import dev.espalier.core.pass.Checkpoints;
import dev.espalier.runtime.SessionSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Opens and runs each file from outside once in {@link Isolation}, before anything else runs it. A
 * file that went well is remembered, and costs nothing later.
 */
public final class FirstRuns {
    private final Isolation isolation;
    private final Checkpoints known;

    /**
     * @param isolation which the caller closes
     * @param known where the names of files that went well are kept
     */
    public FirstRuns(Isolation isolation, Checkpoints known) {
        this.isolation = isolation;
        this.known = known;
    }

    /**
     * Opens {@code file} and runs it on random inputs, unless that went well before. That the
     * runtime refuses such inputs is no fault, since real ones may suit it; where sizes stay open
     * the file is opened only.
     *
     * @param model which the file holds
     * @param identity of the file's content and of all that runs it, such as a hash; fit for a
     *     file's name
     * @throws UnsupportedModelException where ONNX Runtime refuses the file, ends the process that
     *     opens or runs it, or takes more than it may; the message names the file
     * @throws dev.espalier.core.OutputException where no process can be started
     */
    public void require(Path file, Model model, InputShapes shapes, String identity) {
        if (known.read(identity).isPresent()) {
            return;
        }
        try (Isolation.Attempt attempt = isolation.open(file, SessionSettings.DEFAULT)) {
            run(attempt, model, shapes);
        } catch (UnsupportedModelException e) {
            throw explained(e, model, shapes).at(file.toString());
        } catch (CompressionException e) {
            throw e.at(file.toString());
        }
        known.write(identity, new byte[0]);
    }

    /**
     * Opens {@code model} and runs it on random inputs; nothing is remembered.
     *
     * @throws UnsupportedModelException as for a file
     * @throws dev.espalier.core.OutputException where no process can be started
     */
    public void require(Model model, InputShapes shapes) {
        List<String> outputs = model.graph().outputs().stream().map(Value::name).toList();
        try (Isolation.Attempt attempt = isolation.open(model, outputs, SessionSettings.DEFAULT)) {
            run(attempt, model, shapes);
        }
    }

    /** Refuses what nobody could look at, before minutes go into computing it. */
    private static void requireReadable(Model model, InputShapes shapes) {
        ShapeInference inference;
        try {
            inference = ShapeInference.of(model, shapes);
        } catch (UnsupportedModelException e) {
            // The runtime knows better.
            return;
        }
        for (Value output : model.graph().outputs()) {
            Optional<TensorType> type = inference.type(output.name());
            if (type.isPresent() && type.get().shape().isFixed()) {
                requireReadable(output.name(), type.get());
            }
        }
    }

    private static void requireReadable(String output, TensorType type) {
        long bytes = type.dataType().bytes(type.shape().elementCount());
        if (bytes > Integer.MAX_VALUE) {
            throw new UnsupportedModelException(
                    "output '%s' would be %s of %s MiB; at most 2047 MiB can be looked at"
                            .formatted(output, type, bytes >> 20));
        }
    }

    /** What is known to be wrong with {@code model}, which says more than how the runtime fails. */
    private static UnsupportedModelException explained(
            UnsupportedModelException e, Model model, InputShapes shapes) {
        try {
            ShapeInference.of(model);
            ShapeInference.of(model, shapes);
            return e;
        } catch (InvalidOptionException open) {
            return e;
        } catch (UnsupportedModelException known) {
            known.addSuppressed(e);
            return known;
        }
    }

    private static void run(Isolation.Attempt attempt, Model model, InputShapes shapes) {
        Map<String, Tensor> feeds;
        try {
            feeds = shapes.random(model.graph().feeds(), new SplittableRandom(0));
            requireReadable(model, shapes);
        } catch (InvalidOptionException e) {
            // Sizes that only data can tell.
            return;
        }
        try {
            attempt.run(feeds);
        } catch (UnsupportedModelException e) {
            if (attempt.isOver()) {
                throw e;
            }
        }
    }
}
