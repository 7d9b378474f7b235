package dev.espalier.train;

import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.analysis.ShapeInference;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * A TorchScript program that computes one model and, where it was made for that, trains it.
 *
 * <pre>
 *   forward(x..) -> [y..]                  evaluation in float32
 *   step(x.., labels, rate) -> [2]         one step of descent in place: loss, number correct
 *   state() -> [..]                        weights, running statistics, momenta
 * </pre>
 *
 * @param methods in TorchScript
 * @param tensors that the methods read
 * @param weights initializers that gradients change; first in {@code state}, and last as momenta
 * @param statistics initializers that the forward computation changes; between the two
 */
record TorchProgram(
        String methods, List<TorchTensor> tensors, List<String> weights, List<String> statistics) {
    TorchProgram {
        tensors = List.copyOf(tensors);
        weights = List.copyOf(weights);
        statistics = List.copyOf(statistics);
    }

    /** The program's {@code .pt} file. */
    byte[] archive() {
        return TorchArchive.of(methods, tensors);
    }

    /** Weights and statistics by initializer, of what {@code state} returned. */
    Map<String, Tensor> values(List<Tensor> state) {
        Map<String, Tensor> values = new LinkedHashMap<>();
        for (int i = 0; i < weights.size(); i++) {
            values.put(weights.get(i), state.get(i));
        }
        for (int i = 0; i < statistics.size(); i++) {
            values.put(statistics.get(i), state.get(weights.size() + i));
        }
        return values;
    }

    /** Momenta by weight, of what {@code state} returned. */
    Map<String, Tensor> momenta(List<Tensor> state) {
        Map<String, Tensor> momenta = new LinkedHashMap<>();
        for (int i = 0; i < weights.size(); i++) {
            momenta.put(weights.get(i), state.get(weights.size() + statistics.size() + i));
        }
        return momenta;
    }

    /**
     * A program that only evaluates.
     *
     * @param values what {@code forward} returns: graph outputs or values between
     * @throws UnsupportedModelException where a node that they need has no TorchScript form
     */
    static TorchProgram evaluation(Model model, InputShapes shapes, List<String> values) {
        Holdings holdings = new Holdings();
        ProgramText text = new ProgramText();
        forward(
                text,
                network(model, shapes, NetworkWriter.Use.EVALUATE, false, holdings, "v"),
                model,
                values);
        return new TorchProgram(text.toString(), holdings.all(), List.of(), List.of());
    }

    /**
     * A program that trains all float weights that the first output depends on.
     *
     * @param shapes with the batch size of the steps
     * @param reduced whether steps compute activations in bfloat16
     * @param momenta to begin with, by weight; weights not in it begin at rest
     * @throws UnsupportedModelException where a node on the way to the first output has no
     *     TorchScript form, or no weight is found
     */
    static TorchProgram training(
            Model model,
            InputShapes shapes,
            Objective objective,
            OptimizerSettings optimizer,
            boolean reduced,
            Map<String, Tensor> momenta) {
        Holdings holdings = new Holdings();
        ProgramText text = new ProgramText();
        List<String> parameters = parameters(model);
        parameters.add("labels: Tensor");
        parameters.add("rate: Tensor");
        text.method("step", parameters, "Tensor");
        List<String> teachers = teachers(text, objective, shapes, reduced, holdings);
        text.add("torch.set_grad_enabled(True)");
        NetworkWriter network =
                network(model, shapes, NetworkWriter.Use.TRAIN, reduced, holdings, "v");
        List<String> output = network.write(inputs(model), List.of(firstOutput(model)));
        if (network.leaves().isEmpty()) {
            throw new UnsupportedModelException("the model has no float weights to train");
        }
        text.add(network.statements());
        text.add("logits = torch.to(" + output.get(0) + ", 6)");
        text.add("loss = " + objective.torch("logits", "labels", teachers));
        Descent descent = new Descent(optimizer, holdings, network.leaves(), momenta);
        descent.write(text);
        text.add("correct = torch.sum(torch.eq(torch.argmax(logits, 1), labels))");
        text.add("return torch.stack([torch.detach(loss), torch.to(correct, 6)])");
        forward(
                text,
                network(model, shapes, NetworkWriter.Use.EVALUATE, false, holdings, "v"),
                model,
                List.of(firstOutput(model)));
        state(text, holdings, descent);
        return new TorchProgram(
                text.toString(),
                holdings.all(),
                holdings.weights().stream().map(Holdings.Variable::initializer).toList(),
                holdings.statistics().stream().map(Holdings.Variable::initializer).toList());
    }

    private static List<String> teachers(
            ProgramText text,
            Objective objective,
            InputShapes shapes,
            boolean reduced,
            Holdings holdings) {
        List<String> results = new ArrayList<>();
        text.add("torch.set_grad_enabled(False)");
        for (Model teacher : objective.teachers()) {
            String name = "teacher" + results.size();
            NetworkWriter network =
                    network(
                            teacher,
                            shapes,
                            NetworkWriter.Use.TEACH,
                            reduced,
                            holdings,
                            "t" + results.size() + "_");
            List<String> output = network.write(inputs(teacher), List.of(firstOutput(teacher)));
            text.add(network.statements());
            text.add(name + " = torch.to(" + output.get(0) + ", 6)");
            results.add(name);
        }
        return results;
    }

    private static void forward(
            ProgramText text, NetworkWriter network, Model model, List<String> values) {
        List<String> outputs = network.write(inputs(model), values);
        text.method("forward", parameters(model), "List[Tensor]");
        text.add("torch.set_grad_enabled(False)");
        text.add(network.statements());
        text.add(
                "return "
                        + ProgramText.list(
                                outputs.stream().map(o -> "torch.contiguous(" + o + ")").toList()));
    }

    private static void state(ProgramText text, Holdings holdings, Descent descent) {
        List<String> attributes = new ArrayList<>();
        holdings.weights().forEach(weight -> attributes.add(weight.attribute()));
        holdings.statistics().forEach(statistic -> attributes.add(statistic.attribute()));
        holdings.weights().forEach(w -> attributes.add(descent.momenta().get(w.initializer())));
        text.method("state", List.of(), "List[Tensor]");
        text.add(
                "return "
                        + ProgramText.list(
                                attributes.stream()
                                        .map(a -> "torch.contiguous(self." + a + ")")
                                        .toList()));
    }

    private static NetworkWriter network(
            Model model,
            InputShapes shapes,
            NetworkWriter.Use use,
            boolean reduced,
            Holdings holdings,
            String prefix) {
        return new NetworkWriter(
                model, ShapeInference.of(model, shapes), use, reduced, holdings, prefix);
    }

    private static String firstOutput(Model model) {
        return model.graph().outputs().get(0).name();
    }

    private static List<String> inputs(Model model) {
        return IntStream.range(0, model.graph().feeds().size()).mapToObj(i -> "x" + i).toList();
    }

    private static List<String> parameters(Model model) {
        List<String> parameters = new ArrayList<>();
        inputs(model).forEach(input -> parameters.add(input + ": Tensor"));
        return parameters;
    }
}
