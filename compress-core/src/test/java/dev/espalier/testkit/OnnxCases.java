package dev.espalier.testkit;

import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.Initializer;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.Value;
import dev.espalier.core.onnx.OnnxReader;
import dev.espalier.core.op.Operators;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The operator tests that ONNX itself is tested with: models of one or a few nodes, with inputs and
 * the outputs they must give. Debian has them as libonnx-testdata.
 */
public final class OnnxCases {
    /** Where the cases lie when they are installed. */
    public static final Path FOLDER = Path.of("/usr/share/libonnx-testdata/data");

    /** Said by tests that are skipped without them. */
    public static final String ABSENT =
            "ONNX's test models are not installed (Debian package libonnx-testdata)";

    /** One case; inputs and outputs in the order in which the graph declares them. */
    public record Case(String name, Model model, List<Tensor> inputs, List<Tensor> outputs) {
        public Case {
            inputs = List.copyOf(inputs);
            outputs = List.copyOf(outputs);
        }

        /** The operators of the nodes that are not Constants, in order. */
        public List<String> operators() {
            return model.graph().nodes().stream()
                    .map(Node::opType)
                    .filter(type -> !type.equals("Constant"))
                    .toList();
        }

        /** The model with all its inputs turned into constants. */
        public Model bound() {
            Graph graph = model.graph();
            List<Initializer> constants = new ArrayList<>(graph.initializers().values());
            List<Value> feeds = graph.feeds();
            for (int i = 0; i < inputs.size() && i < feeds.size(); i++) {
                constants.add(Initializer.of(feeds.get(i).name(), inputs.get(i)));
            }
            return model.withGraph(
                    new Graph(
                            graph.name(),
                            List.of(),
                            graph.outputs(),
                            graph.valueInfos(),
                            constants,
                            graph.nodes(),
                            graph.extras()));
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private OnnxCases() {}

    public static boolean isInstalled() {
        return Files.isDirectory(FOLDER);
    }

    /** All cases of tensors whose operators are all known; empty where they are not installed. */
    public static List<Case> known() {
        List<Case> cases = new ArrayList<>();
        for (String kind : List.of("node", "simple", "pytorch-operator", "pytorch-converted")) {
            for (Path folder : folders(FOLDER.resolve(kind))) {
                Model model = OnnxReader.read(folder.resolve("model.onnx"));
                if (isKnown(model)) {
                    Path data = folder.resolve("test_data_set_0");
                    cases.add(
                            new Case(
                                    folder.getFileName().toString(),
                                    model,
                                    tensors(data, "input_", model.graph().feeds()),
                                    tensors(data, "output_", model.graph().outputs())));
                }
            }
        }
        return cases;
    }

    private static boolean isKnown(Model model) {
        // Before operator set 7 a PRelu had one slope a channel; only 9 and later are read.
        boolean isOld =
                model.opset() < 7
                        && model.graph().nodes().stream().anyMatch(node -> node.is("PRelu"));
        return !isOld
                && Stream.concat(model.graph().inputs().stream(), model.graph().outputs().stream())
                        .allMatch(value -> value.type().isPresent())
                && model.graph().nodes().stream().allMatch(node -> Operators.of(node).isPresent());
    }

    private static List<Path> folders(Path parent) {
        if (!Files.isDirectory(parent)) {
            return List.of();
        }
        try (Stream<Path> found = Files.list(parent)) {
            return found.filter(path -> Files.exists(path.resolve("model.onnx"))).sorted().toList();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static List<Tensor> tensors(Path folder, String prefix, List<Value> declared) {
        List<Tensor> tensors = new ArrayList<>();
        for (int i = 0; Files.exists(folder.resolve(prefix + i + ".pb")); i++) {
            Tensor tensor = OnnxReader.readTensor(folder.resolve(prefix + i + ".pb"));
            // The files were made with a library that has no bfloat16 and stores its bits.
            boolean isBits =
                    tensor.dataType() == DataType.UINT16
                            && declared.get(i).type().orElseThrow().dataType() == DataType.BFLOAT16;
            tensors.add(
                    isBits ? Tensor.of(DataType.BFLOAT16, tensor.shape(), tensor.bytes()) : tensor);
        }
        return tensors;
    }
}
