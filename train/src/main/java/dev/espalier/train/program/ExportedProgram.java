package dev.espalier.train.program;

import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Value;
import dev.espalier.train.internal.torch.TorchArchive;
import dev.espalier.train.internal.torch.TorchTensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A TorchScript program for users of Torch, of one method:
 *
 * <pre>
 *   forward(self, INPUT, ..) -> y              one output
 *   forward(self, INPUT, ..) -> (y1, y2, ..)   several
 * </pre>
 *
 * <p>It computes what inference does, whatever the module's {@code training} says, and leaves
 * whether gradients are recorded to its caller.
 *
 * @param method in TorchScript
 * @param parameters weights that the method reads, named after the initializers
 * @param buffers statistics of batch normalization, named in the same way, and constants
 */
record ExportedProgram(String method, List<TorchTensor> parameters, List<TorchTensor> buffers) {
    private static final Pattern ATTRIBUTE = Pattern.compile("\\bself\\.(\\w+)");

    ExportedProgram {
        parameters = List.copyOf(parameters);
        buffers = List.copyOf(buffers);
    }

    /**
     * @param shapes with the size of the batch that statements may rely on
     * @throws dev.espalier.core.UnsupportedModelException where a node has no TorchScript form
     */
    static ExportedProgram of(Model model, InputShapes shapes) {
        ProgramTensors programTensors = new ProgramTensors(Map.of());
        // The file is for any machine.
        NetworkWriter network = NetworkWriter.answering(model, shapes, 1, programTensors);
        List<String> results =
                model.graph().outputs().stream()
                        .map(output -> "torch.contiguous(" + network.write(output.name()) + ")")
                        .toList();
        ProgramText text = new ProgramText();
        signature(text, model.graph().feeds(), results.size());
        text.add(network.statements());
        text.add(
                results.size() == 1
                        ? "return " + results.get(0)
                        : "return (" + String.join(", ", results) + ")");
        return renamed(text.toString(), programTensors);
    }

    private static void signature(ProgramText text, List<Value> feeds, int results) {
        ExportNames names = new ExportNames();
        List<String> parameters = new ArrayList<>();
        List<String> assignments = new ArrayList<>();
        for (int i = 0; i < feeds.size(); i++) {
            String name = names.argument(feeds.get(i).name(), "x" + i);
            parameters.add(name + ": Tensor");
            if (!name.equals("x" + i)) {
                assignments.add("x" + i + " = " + name);
            }
        }
        String tensors = String.join(", ", java.util.Collections.nCopies(results, "Tensor"));
        text.method("forward", parameters, results == 1 ? tensors : "Tuple[" + tensors + "]");
        text.add(assignments);
    }

    /** The program with attributes called after what they hold. */
    private static ExportedProgram renamed(String method, ProgramTensors programTensors) {
        ExportNames names = new ExportNames();
        Map<String, String> legible = new HashMap<>();
        Set<String> weights = new HashSet<>();
        programTensors
                .slots()
                .forEach(
                        (slot, held) -> {
                            String name = names.attribute(slot.name());
                            legible.put(held, name);
                            if (slot.kind() == Slot.Kind.WEIGHT) {
                                weights.add(name);
                            }
                        });
        Map<Boolean, List<TorchTensor>> tensors =
                programTensors.all().stream()
                        .map(
                                each ->
                                        new TorchTensor(
                                                legible.getOrDefault(each.name(), each.name()),
                                                each.tensor(),
                                                each.channelsLast()))
                        .collect(Collectors.partitioningBy(each -> weights.contains(each.name())));
        String renamed =
                ATTRIBUTE
                        .matcher(method)
                        .replaceAll(
                                found ->
                                        Matcher.quoteReplacement(
                                                "self."
                                                        + legible.getOrDefault(
                                                                found.group(1), found.group(1))));
        return new ExportedProgram(renamed, tensors.get(true), tensors.get(false));
    }

    byte[] archive() {
        return TorchArchive.ofModule(method, parameters, buffers);
    }
}
