package dev.espalier.train.program;

import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.analysis.ShapeInference;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Tensor;
import dev.espalier.train.regime.OptimizerSettings;
import dev.espalier.train.torch.TorchArchive;
import dev.espalier.train.torch.TorchTensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A TorchScript program that computes one model and, where it was made for that, trains it.
 *
 * <pre>
 *   forward(x..) -> [y..]                  evaluation in float32
 *   step(x.., labels, rate) -> [2]         one step of descent in place: loss, number correct
 *   state() -> [..]                        all that a step changes
 * </pre>
 *
 * @param methods in TorchScript
 * @param tensors that the methods read
 * @param state what the tensors are that {@code state} returns, in their order
 */
public record TorchProgram(String methods, List<TorchTensor> tensors, List<Slot> state) {
    public TorchProgram {
        tensors = List.copyOf(tensors);
        state = List.copyOf(state);
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
        Holdings holdings = new Holdings(Map.of());
        ProgramText text = new ProgramText();
        forward(text, model, shapes, holdings, values);
        return new TorchProgram(text.toString(), holdings.all(), List.of());
    }

    /**
     * A program that trains all float weights that the loss depends on.
     *
     * @param shapes with the batch size of the steps
     * @param reduced whether steps compute activations in bfloat16
     * @param start what an earlier program's {@code state} returned, where training goes on
     * @throws UnsupportedModelException where a node on the way to the loss has no TorchScript
     *     form, or no weight is found
     */
    public static TorchProgram training(
            Model model,
            InputShapes shapes,
            Objective objective,
            OptimizerSettings optimizer,
            boolean reduced,
            Map<Slot, Tensor> start) {
        Holdings holdings = new Holdings(start);
        TrainingLoss loss = new TrainingLoss(model, shapes, objective, reduced, holdings);
        if (loss.leaves().isEmpty()) {
            throw new UnsupportedModelException("the model has no float weights to train");
        }
        boolean scored = loss.shape(firstOutput(model)).rank() == 2;
        String scores = scored ? loss.scores() : "";
        ProgramText text = new ProgramText();
        List<String> parameters = parameters(model);
        parameters.add("labels: Tensor");
        parameters.add("rate: Tensor");
        text.method("step", parameters, "Tensor");
        loss.write(text);
        new Descent(optimizer, holdings, loss.leaves()).write(text);
        text.add(
                "correct = "
                        + (scored
                                ? "torch.sum(torch.eq(torch.argmax(" + scores + ", 1), labels))"
                                : "torch.zeros([])"));
        text.add("return torch.stack([torch.detach(loss), torch.to(correct, 6)])");
        forward(text, model, shapes, holdings, List.of(firstOutput(model)));
        text.method("state", List.of(), "List[Tensor]");
        text.add(
                "return "
                        + ProgramText.list(
                                holdings.slots().values().stream()
                                        .map(a -> "torch.contiguous(self." + a + ")")
                                        .toList()));
        return new TorchProgram(
                text.toString(), holdings.all(), List.copyOf(holdings.slots().keySet()));
    }

    private static void forward(
            ProgramText text,
            Model model,
            InputShapes shapes,
            Holdings holdings,
            List<String> values) {
        NetworkWriter network =
                new NetworkWriter(
                        model,
                        ShapeInference.of(model, shapes),
                        NetworkWriter.Use.EVALUATE,
                        false,
                        holdings,
                        "v");
        List<String> outputs = values.stream().map(network::write).toList();
        text.method("forward", parameters(model), "List[Tensor]");
        text.add("torch.set_grad_enabled(False)");
        text.add(network.statements());
        text.add(
                "return "
                        + ProgramText.list(
                                outputs.stream().map(o -> "torch.contiguous(" + o + ")").toList()));
    }

    private static String firstOutput(Model model) {
        return model.graph().outputs().get(0).name();
    }

    private static List<String> parameters(Model model) {
        List<String> parameters = new ArrayList<>();
        for (int i = 0; i < model.graph().feeds().size(); i++) {
            parameters.add("x" + i + ": Tensor");
        }
        return parameters;
    }
}
