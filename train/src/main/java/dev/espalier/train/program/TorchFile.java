package dev.espalier.train.program;

import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.VerificationException;
import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.data.ModelRunner;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.Value;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.Proof;
import dev.espalier.core.simplify.Simplify;
import dev.espalier.core.upgrade.UpgradeOpset;
import dev.espalier.train.internal.torch.TorchModule;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * A model as the {@code .pt} file that PyTorch's {@code torch.jit.load} and DJL read. Its {@code
 * forward} takes the model's inputs by position, called as in ONNX where Python allows it, and
 * returns the output as a tensor, or several as a tuple. It is for inference: {@code train()} and
 * {@code eval()} change nothing. The weights are its parameters.
 *
 * <p>There is none that was not checked: the very bytes were loaded into LibTorch and gave what the
 * context's runner gives for the model, {@code max |y - y'| <= 1e-4 max |y|} for each output, as in
 * {@link Proof}, on random inputs of two batch sizes where the batch is open.
 */
public final class TorchFile {
    /** A program that is the same for both of these batch sizes knows nothing of the batch. */
    private static final List<Integer> COMPILED = List.of(2, 3);

    private static final List<Integer> CHECKED = List.of(1, 3);

    private static final int FIXED_RUNS = 2;

    private final byte[] bytes;
    private final boolean batchOpen;
    private final double largestDifference;

    private TorchFile(byte[] bytes, boolean batchOpen, double largestDifference) {
        this.bytes = bytes;
        this.batchOpen = batchOpen;
        this.largestDifference = largestDifference;
    }

    /**
     * Writes and checks the file of {@code model}.
     *
     * @param context whose runner is asked for the truth; its input shapes give the sizes that the
     *     model leaves open besides the batch, and those are then the file's
     * @throws UnsupportedModelException where a node has no TorchScript form, naming all such, or
     *     the runner or LibTorch refuses the model
     * @throws VerificationException where the file does not give what the model gives
     */
    public static TorchFile of(Model model, PassContext context) {
        // Not applied but previewed: nothing needs a proof of its own where the outcome is compared
        // with the original.
        Model simplified =
                new Simplify().preview(new UpgradeOpset().preview(model, context), context);
        InputShapes shapes = context.inputShapes();
        // Refuses what has no form before anything slow is done.
        ExportedProgram fixed = ExportedProgram.of(simplified, shapes.withBatch(1));
        try (ModelRunner.Session truth = context.runner().open(model)) {
            Optional<ExportedProgram> open =
                    open(simplified, shapes)
                            .filter(p -> runs(truth, inputs(model, context, COMPILED.get(1), 0)));
            byte[] bytes = open.orElse(fixed).archive();
            List<Map<String, Tensor>> runs = inputs(model, context, open.isPresent());
            return new TorchFile(bytes, open.isPresent(), check(model, truth, bytes, runs));
        }
    }

    /** The program for any batch, where there is one. */
    private static Optional<ExportedProgram> open(Model model, InputShapes shapes) {
        if (!isOpen(model, shapes)) {
            return Optional.empty();
        }
        try {
            ExportedProgram one = ExportedProgram.of(model, shapes.withBatch(COMPILED.get(0)));
            ExportedProgram other = ExportedProgram.of(model, shapes.withBatch(COMPILED.get(1)));
            return Optional.of(one).filter(other::equals);
        } catch (UnsupportedModelException e) {
            return Optional.empty(); // A size that is written into the model, mostly 1.
        }
    }

    private static boolean isOpen(Model model, InputShapes shapes) {
        return model.graph().feeds().stream()
                .anyMatch(
                        feed ->
                                !bound(model, feed, shapes, 1)
                                        .equals(bound(model, feed, shapes, 2)));
    }

    private static Shape bound(Model model, Value feed, InputShapes shapes, int batch) {
        return shapes.withBatch(batch).bind(model.graph().feeds(), feed).shape();
    }

    private static boolean runs(ModelRunner.Session truth, Map<String, Tensor> inputs) {
        try {
            truth.run(inputs);
            return true;
        } catch (UnsupportedModelException e) {
            return false;
        }
    }

    private static List<Map<String, Tensor>> inputs(
            Model model, PassContext context, boolean batchOpen) {
        List<Map<String, Tensor>> runs = new ArrayList<>();
        if (batchOpen) {
            CHECKED.forEach(batch -> runs.add(inputs(model, context, batch, batch)));
        } else {
            for (int i = 0; i < FIXED_RUNS; i++) {
                runs.add(inputs(model, context, 1, i));
            }
        }
        return runs;
    }

    private static Map<String, Tensor> inputs(
            Model model, PassContext context, int batch, int run) {
        SplittableRandom random = new SplittableRandom(context.seed() + run);
        return context.inputShapes().withBatch(batch).random(model, random);
    }

    private static double check(
            Model model, ModelRunner.Session truth, byte[] bytes, List<Map<String, Tensor>> runs) {
        double largest = 0;
        boolean finite = false;
        try (TorchModule module = TorchModule.load(bytes)) {
            for (Map<String, Tensor> inputs : runs) {
                List<Tensor> expected = List.copyOf(truth.run(inputs).values());
                List<Tensor> arguments =
                        model.graph().feeds().stream()
                                .map(feed -> inputs.get(feed.name()))
                                .toList();
                List<Tensor> found = module.run("forward", arguments);
                for (int i = 0; i < expected.size(); i++) {
                    largest = Math.max(largest, agreed(model, i, expected.get(i), found.get(i)));
                    finite |= Proof.hasFinite(expected.get(i));
                }
            }
        }
        if (!finite) {
            throw new UnsupportedModelException(
                    "all outputs are NaN or infinite on all random inputs tried, so that the"
                            + " TorchScript file cannot be checked");
        }
        return largest;
    }

    private static double agreed(Model model, int output, Tensor expected, Tensor found) {
        double difference = Proof.difference(expected, found);
        double allowed = Proof.tolerance(expected.dataType());
        if (!(difference <= allowed)) {
            String how =
                    found.type().equals(expected.type())
                            ? String.format(
                                    Locale.ROOT,
                                    "differs by %.2g of its scale, at most %.0e is allowed",
                                    difference,
                                    allowed)
                            : "is %s, expected %s".formatted(found.type(), expected.type());
            throw new VerificationException(
                    "the TorchScript file does not agree with the model: output '%s' %s%s"
                            .formatted(
                                    model.graph().outputs().get(output).name(), how, hint(model)));
        }
        return difference;
    }

    /** Where a sum falls near the middle of two 8-bit numbers, runtimes take different ones. */
    private static String hint(Model model) {
        return model.graph().nodes().stream().anyMatch(node -> node.is("QuantizeLinear"))
                ? "; 8-bit networks round differently in each runtime, export the network from"
                        + " before it was quantized"
                : "";
    }

    /** The content of the file. */
    public byte[] bytes() {
        return bytes.clone();
    }

    /**
     * Whether the file takes any number of examples at once; else it takes 1 or, where the model
     * declares a size, that one.
     */
    public boolean isBatchOpen() {
        return batchOpen;
    }

    /** The largest {@code max |y - y'| / max |y|} that was found. */
    public double largestDifference() {
        return largestDifference;
    }
}
