package dev.espalier.testkit;

import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Graph;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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

    private static final long OLDEST = 9;

    /** Operators that did not change from the older sets of their cases to the oldest one read. */
    private static final Set<String> UNCHANGED =
            Set.of(
                    "Clip",
                    "Concat",
                    "Constant",
                    "Conv",
                    "ConvTranspose",
                    "Expand",
                    "Flatten",
                    "GlobalAveragePool",
                    "HardSigmoid",
                    "Identity",
                    "LeakyRelu",
                    "MaxPool",
                    "Pad",
                    "Relu",
                    "Reshape",
                    "Sigmoid",
                    "Softmax",
                    "Tanh",
                    "Transpose");

    /**
     * Cases that runtimes do not follow. The first two cut reals off where ONNX now says that they
     * are rounded to bfloat16; the third computes with a length of 2.4 where the result has 2.
     */
    private static final Set<String> OUTDATED =
            Set.of(
                    "test_cast_FLOAT_to_BFLOAT16",
                    "test_castlike_FLOAT_to_BFLOAT16_expanded",
                    "test_resize_downsample_scales_linear_align_corners");

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
            Map<String, Tensor> feeds = new LinkedHashMap<>();
            List<Value> names = model.graph().feeds();
            for (int i = 0; i < inputs.size() && i < names.size(); i++) {
                feeds.put(names.get(i).name(), inputs.get(i));
            }
            return BoundModel.of(model, feeds);
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
                Optional<Model> model = read(folder.resolve("model.onnx"));
                String name = folder.getFileName().toString();
                if (model.isPresent() && !OUTDATED.contains(name)) {
                    Graph graph = model.get().graph();
                    Path data = folder.resolve("test_data_set_0");
                    cases.add(
                            new Case(
                                    name,
                                    model.get(),
                                    tensors(data, "input_", graph.feeds()),
                                    tensors(data, "output_", graph.outputs())));
                }
            }
        }
        return cases;
    }

    /** The model of a case in operator set 9 or later; empty where that would not be the same. */
    private static Optional<Model> read(Path file) {
        Model model = OnnxReader.read(file);
        boolean isKnown =
                Stream.concat(model.graph().inputs().stream(), model.graph().outputs().stream())
                                .allMatch(value -> value.type().isPresent())
                        && model.graph().nodes().stream()
                                .allMatch(node -> Operators.of(node).isPresent());
        if (!isKnown || model.opset() >= OLDEST) {
            return isKnown ? Optional.of(model) : Optional.empty();
        }
        return model.graph().nodes().stream().allMatch(node -> UNCHANGED.contains(node.opType()))
                ? Optional.of(model.withOpset("", OLDEST))
                : Optional.empty();
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
