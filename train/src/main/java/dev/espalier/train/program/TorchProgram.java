package dev.espalier.train.program;

import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.analysis.ShapeInference;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.train.internal.torch.TorchArchive;
import dev.espalier.train.internal.torch.TorchModule;
import dev.espalier.train.internal.torch.TorchTensor;
import dev.espalier.train.regime.Regime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A TorchScript program that computes one model and, where it was made for that, trains it.
 *
 * <pre>
 *   forward(x..) -> [y..]                  evaluation in float32
 *   part(x.., labels) -> [loss, number correct, gradients..]; correct is a class that is the
 *                                          label's or, where the loss reads none, the teacher's
 *   step(x.., labels, rate) -> [3]         one step of descent in place: loss, number correct,
 *                                          number of tensors that it changed
 *   state() -> [..]                        all that a step changes
 * </pre>
 *
 * <p>Where the regime mixes examples, {@code part} and {@code step} take a last argument {@code
 * mix}, a {@link Mixture}; an example is then counted as correct where its class is the label of
 * the larger share.
 *
 * <p>Where the teachers answer ahead of training, {@code teach(x..) -> [answer..]} gives their
 * answers to one part, and {@code part} and {@code step} take them as last arguments.
 */
public final class TorchProgram {
    private final String methods;
    private final List<TorchTensor> tensors;
    private final List<Slot> state;
    private final boolean teaches;

    private TorchProgram(
            String methods, List<TorchTensor> tensors, List<Slot> state, boolean teaches) {
        this.methods = methods;
        this.tensors = List.copyOf(tensors);
        this.state = List.copyOf(state);
        this.teaches = teaches;
    }

    /** In TorchScript. */
    public String methods() {
        return methods;
    }

    /** What the tensors are that {@code state} returns, in their order. */
    public List<Slot> state() {
        return state;
    }

    /** Whether there is {@code teach}. */
    public boolean teaches() {
        return teaches;
    }

    /** The program's {@code .pt} file. */
    public byte[] archive() {
        return TorchArchive.of(methods, tensors);
    }

    /** The tensors that {@code state} returned, by what they are. */
    public Map<Slot, Tensor> bySlot(List<Tensor> tensors) {
        Map<Slot, Tensor> bySlot = new LinkedHashMap<>();
        for (int i = 0; i < state.size(); i++) {
            bySlot.put(state.get(i), tensors.get(i));
        }
        return bySlot;
    }

    /**
     * A program that only evaluates.
     *
     * @param values what {@code forward} returns: graph outputs or values between
     * @throws UnsupportedModelException where a node that they need has no TorchScript form
     */
    public static TorchProgram evaluation(Model model, InputShapes shapes, List<String> values) {
        ProgramTensors programTensors = new ProgramTensors(Map.of());
        ProgramText text = new ProgramText();
        forward(text, model, shapes, programTensors, values);
        return new TorchProgram(text.toString(), programTensors.all(), List.of(), false);
    }

    /**
     * A program that trains all float weights that the loss depends on.
     *
     * @param shapes with the size of a part, into as many of which a step's batch is split
     * @param parts at least 1; their gradients are averaged before weights move
     * @param start what an earlier program's {@code state} returned, where training goes on
     * @throws UnsupportedModelException where a node on the way to the loss has no TorchScript
     *     form, or no weight is found
     */
    public static TorchProgram training(
            Model model,
            InputShapes shapes,
            int parts,
            Objective objective,
            Regime regime,
            Map<Slot, Tensor> start) {
        return training(model, shapes, parts, objective, regime, start, 0);
    }

    /**
     * The same, with teachers that answer ahead where their answers are not too large.
     *
     * @param remembered most floats for one example that may be kept; 0 where an example is never
     *     twice the same
     */
    public static TorchProgram training(
            Model model,
            InputShapes shapes,
            int parts,
            Objective objective,
            Regime regime,
            Map<Slot, Tensor> start,
            long remembered) {
        if (remembered > 0 && !objective.teachers().isEmpty()) {
            ProgramTensors programTensors = new ProgramTensors(start);
            TrainingLoss loss =
                    new TrainingLoss(model, shapes, objective, regime, programTensors, true);
            if (loss.answerSize() > 0 && loss.answerSize() <= remembered) {
                return written(model, shapes, parts, objective, regime, programTensors, loss);
            }
        }
        ProgramTensors programTensors = new ProgramTensors(start);
        TrainingLoss loss =
                new TrainingLoss(model, shapes, objective, regime, programTensors, false);
        return written(model, shapes, parts, objective, regime, programTensors, loss);
    }

    private static TorchProgram written(
            Model model,
            InputShapes shapes,
            int parts,
            Objective objective,
            Regime regime,
            ProgramTensors programTensors,
            TrainingLoss loss) {
        if (loss.leaves().isEmpty()) {
            throw new UnsupportedModelException(
                    "the model has no float32 weights to train; one that is stored in other numbers is trained before it is stored so");
        }
        ProgramText text = new ProgramText();
        part(text, loss, objective, regime);
        new StepWriter(model, regime, programTensors, loss, objective.regularizer())
                .write(text, parts);
        objective.regularizer().slots().forEach(programTensors::variable);
        boolean teaches = !loss.answers().isEmpty();
        if (teaches) {
            text.method("teach", parameters(model), "List[Tensor]");
            loss.writeTeachers(text);
        }
        // What only the evaluation reads, because the loss reads inner values alone, does not
        // change.
        state(text, programTensors);
        List<Slot> changing = List.copyOf(programTensors.slots().keySet());
        forward(text, model, shapes, programTensors, List.of(firstOutput(model)));
        return new TorchProgram(text.toString(), programTensors.all(), changing, teaches);
    }

    /**
     * A program that measures the running statistics of batch normalization: {@code measure(x..,
     * share)} normalizes by the statistics of its batch, and takes them into the running ones with
     * this share.
     *
     * @param values results of the nodes whose statistics are measured
     * @throws UnsupportedModelException where a node on the way to them has no TorchScript form
     */
    public static TorchProgram measuring(Model model, InputShapes shapes, List<String> values) {
        ProgramTensors programTensors = new ProgramTensors(Map.of());
        NetworkWriter network =
                new NetworkWriter(
                        model,
                        ShapeInference.of(model, shapes),
                        NetworkWriter.Use.MEASURE,
                        false,
                        TorchModule.channelBlock(),
                        programTensors,
                        "v");
        values.forEach(network::write);
        List<String> parameters = parameters(model);
        parameters.add("share: Tensor");
        ProgramText text = new ProgramText();
        text.method("measure", parameters, "Tensor");
        text.add("torch.set_grad_enabled(False)");
        text.add(network.statements());
        text.add("return share");
        state(text, programTensors);
        return new TorchProgram(
                text.toString(),
                programTensors.all(),
                List.copyOf(programTensors.slots().keySet()),
                false);
    }

    private static void part(
            ProgramText text, TrainingLoss loss, Objective objective, Regime regime) {
        String hits = hits(loss, objective);
        List<String> parameters = parameters(loss.network());
        parameters.add("labels: Tensor");
        if (regime.augmentation().mixing().isOn()) {
            parameters.add(MixtureWriter.ARGUMENT + ": Tensor");
        }
        loss.answers().forEach(answer -> parameters.add(answer + ": Tensor"));
        text.method("part", parameters, "List[Tensor]");
        loss.write(text);
        List<Leaf> leaves = loss.leaves();
        text.add(
                "slopes = torch.autograd.grad([loss], %s)"
                        .formatted(ProgramText.list(leaves.stream().map(Leaf::variable).toList())));
        text.add("torch.set_grad_enabled(False)");
        text.add("correct = " + hits);
        List<String> results = new ArrayList<>();
        results.add("torch.detach(loss)");
        results.add("torch.to(correct, 6)");
        for (int i = 0; i < leaves.size(); i++) {
            results.add("unchecked_cast(Tensor, slopes[" + i + "])");
        }
        text.add("return " + ProgramText.list(results));
    }

    /**
     * How many classes are those of the labels or, where the loss reads none, of a teacher; not a
     * number where the loss does not read the scores, which are not computed for this alone.
     */
    private static String hits(TrainingLoss loss, Objective objective) {
        String output = firstOutput(loss.network());
        Shape scores = loss.shape(output);
        boolean classifies = scores.rank() == 2 && scores.size(1) > 1 && loss.reads(output);
        if (classifies && objective.truth() == Truth.CLASSES) {
            return "torch.sum(torch.eq(torch.argmax(%s, 1), %s))"
                    .formatted(loss.scores(), loss.labels());
        }
        if (classifies
                && objective.truth() == Truth.NONE
                && loss.teachers() > 0
                && loss.teacherShape(0, firstOutput(loss.teacherNetwork(0))).equals(scores)) {
            return "torch.sum(torch.eq(torch.argmax(%s, 1), torch.argmax(%s, 1)))"
                    .formatted(loss.scores(), loss.scores(0));
        }
        return "torch.div(torch.zeros([]), 0.)";
    }

    private static void forward(
            ProgramText text,
            Model model,
            InputShapes shapes,
            ProgramTensors programTensors,
            List<String> values) {
        NetworkWriter network =
                NetworkWriter.answering(model, shapes, TorchModule.channelBlock(), programTensors);
        List<String> outputs = values.stream().map(network::write).toList();
        text.method("forward", parameters(model), "List[Tensor]");
        text.add("torch.set_grad_enabled(False)");
        text.add(network.statements());
        text.add(
                "return "
                        + ProgramText.list(
                                outputs.stream().map(o -> "torch.contiguous(" + o + ")").toList()));
    }

    private static void state(ProgramText text, ProgramTensors programTensors) {
        text.method("state", List.of(), "List[Tensor]");
        text.add(
                "return "
                        + ProgramText.list(
                                programTensors.slots().values().stream()
                                        .map(a -> "torch.contiguous(self." + a + ")")
                                        .toList()));
    }

    private static String firstOutput(Model model) {
        return model.graph().outputs().get(0).name();
    }

    /** Declarations of the inputs, x0 and up. */
    static List<String> parameters(Model model) {
        List<String> parameters = new ArrayList<>();
        for (int i = 0; i < model.graph().feeds().size(); i++) {
            parameters.add("x" + i + ": Tensor");
        }
        return parameters;
    }
}
