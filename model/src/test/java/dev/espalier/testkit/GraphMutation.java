package dev.espalier.testkit;

import com.google.protobuf.ByteString;
import dev.espalier.core.internal.proto.Onnx.AttributeProto;
import dev.espalier.core.internal.proto.Onnx.AttributeProto.AttributeType;
import dev.espalier.core.internal.proto.Onnx.FunctionProto;
import dev.espalier.core.internal.proto.Onnx.GraphProto;
import dev.espalier.core.internal.proto.Onnx.ModelProto;
import dev.espalier.core.internal.proto.Onnx.NodeProto;
import dev.espalier.core.internal.proto.Onnx.StringStringEntryProto;
import dev.espalier.core.internal.proto.Onnx.TensorProto;
import dev.espalier.core.internal.proto.Onnx.TensorProto.DataLocation;
import dev.espalier.core.internal.proto.Onnx.TensorShapeProto;
import dev.espalier.core.internal.proto.Onnx.ValueInfoProto;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import java.util.SplittableRandom;

/**
 * Changes a graph in a way that mostly leaves a file that can be read, so that what comes after
 * reading meets it: other wiring, other constants, operators and attributes that are not meant
 * together, circles, nested sub-graphs, functions, external data.
 */
final class GraphMutation {
    /** Elements that a constant may get; more would only make a mutant slow. */
    private static final int MOST_ELEMENTS = 4096;

    private static final long[] INTEGERS = {
        0,
        1,
        2,
        3,
        4,
        8,
        -1,
        -2,
        -5,
        100,
        1 << 20,
        1L << 31,
        1L << 40,
        Long.MAX_VALUE,
        Long.MIN_VALUE
    };

    private static final List<String> ATTRIBUTES =
            words(
                    """
                    group pads strides dilations kernel_shape auto_pad axis axes perm block_size
                    output_padding output_shape epsilon alpha beta transA transB keepdims to
                    ceil_mode K N bits allowzero mode split num_outputs value starts ends
                    count_include_pad output_dtype saturate noop_with_empty_axes
                    coordinate_transformation_mode stash_type start end shape
                    """);

    private static final List<String> OPERATORS =
            words(
                    """
                    Add AveragePool BatchNormalization Cast Clip Concat Constant ConstantOfShape
                    Conv ConvTranspose ConvInteger DequantizeLinear Div Dropout
                    DynamicQuantizeLinear Equal Erf Expand Flatten Gather Gelu Gemm
                    GlobalAveragePool Greater HardSigmoid HardSwish Identity LayerNormalization
                    LeakyRelu Less MatMul MatMulInteger MaxPool Mod Mul PRelu Pad Pow
                    QLinearConv QLinearMatMul QuantizeLinear Range ReduceMean ReduceSum Relu
                    Reshape Resize Shape Sigmoid Slice Softmax Split Sqrt Squeeze Sub Tanh
                    Transpose Unsqueeze Where Loop Scan If Unknown
                    """);

    private static List<String> words(String text) {
        return List.of(text.strip().split("\\s+"));
    }

    private final SplittableRandom random;
    private final ModelProto.Builder model;
    private final GraphProto.Builder graph;

    private GraphMutation(ModelProto model, SplittableRandom random) {
        this.random = random;
        this.model = model.toBuilder();
        this.graph = this.model.getGraphBuilder();
    }

    /** A changed copy of {@code model}, which has a graph of at least one node. */
    static ModelProto of(ModelProto model, SplittableRandom random) {
        GraphMutation mutation = new GraphMutation(model, random);
        mutation.change();
        return mutation.model.buildPartial();
    }

    private void change() {
        NodeProto.Builder node = graph.getNodeBuilder(random.nextInt(graph.getNodeCount()));
        switch (random.nextInt(18)) {
            case 0 -> rewire(node);
            case 1 -> swapInputs(node);
            case 2 -> node.setOpType(pick(OPERATORS));
            case 3, 4, 5 -> setAttribute(node);
            case 6 -> removeOutput(node);
            case 7 -> reorder();
            case 8, 9 -> reshape();
            case 10 -> retype();
            case 11, 12 -> refill();
            case 13 -> feedConstant();
            case 14 -> declareInput();
            case 15 -> nest(node);
            case 16 -> rare(node);
            default -> copyNode(node);
        }
    }

    /** Names of values that nodes, inputs and constants make. */
    private List<String> values() {
        List<String> names = new ArrayList<>();
        graph.getInputList().forEach(input -> names.add(input.getName()));
        graph.getInitializerList().forEach(tensor -> names.add(tensor.getName()));
        graph.getNodeList().forEach(node -> names.addAll(node.getOutputList()));
        names.add("");
        names.add("nowhere");
        return names;
    }

    private void rewire(NodeProto.Builder node) {
        if (node.getInputCount() == 0 || random.nextInt(6) == 0) {
            node.addInput(pick(values()));
        } else {
            node.setInput(random.nextInt(node.getInputCount()), pick(values()));
        }
    }

    private void swapInputs(NodeProto.Builder node) {
        List<String> inputs = new ArrayList<>(node.getInputList());
        if (inputs.size() > 1) {
            Collections.swap(inputs, random.nextInt(inputs.size()), random.nextInt(inputs.size()));
        }
        node.clearInput().addAllInput(inputs);
    }

    private void setAttribute(NodeProto.Builder node) {
        int count = node.getAttributeCount();
        String name =
                count > 0 && random.nextInt(3) > 0
                        ? node.getAttribute(random.nextInt(count)).getName()
                        : pick(ATTRIBUTES);
        List<AttributeProto> kept =
                new ArrayList<>(
                        node.getAttributeList().stream()
                                .filter(attribute -> !attribute.getName().equals(name))
                                .toList());
        if (random.nextInt(6) > 0) {
            kept.add(attribute(name));
        }
        node.clearAttribute().addAllAttribute(kept);
    }

    private AttributeProto attribute(String name) {
        AttributeProto.Builder attribute = AttributeProto.newBuilder().setName(name);
        switch (random.nextInt(7)) {
            case 0, 1, 2 -> attribute.setType(AttributeType.INT).setI(integer());
            case 3, 4 -> {
                attribute.setType(AttributeType.INTS);
                for (int i = random.nextInt(6); i > 0; i--) {
                    attribute.addInts(integer());
                }
            }
            case 5 ->
                    attribute
                            .setType(AttributeType.FLOAT)
                            .setF(Float.intBitsToFloat(random.nextInt()));
            default ->
                    attribute
                            .setType(AttributeType.STRING)
                            .setS(
                                    ByteString.copyFromUtf8(
                                            pick(List.of("VALID", "SAME_UPPER", "", "cubic"))));
        }
        return attribute.build();
    }

    private long integer() {
        return INTEGERS[random.nextInt(INTEGERS.length)];
    }

    private void removeOutput(NodeProto.Builder node) {
        if (random.nextBoolean() && node.getOutputCount() > 0) {
            node.setOutput(random.nextInt(node.getOutputCount()), pick(values()));
        } else if (random.nextBoolean()) {
            node.addOutput("further" + random.nextInt(3));
        } else {
            node.clearOutput();
        }
    }

    private void reorder() {
        List<NodeProto> nodes = new ArrayList<>(graph.getNodeList());
        Collections.swap(nodes, random.nextInt(nodes.size()), random.nextInt(nodes.size()));
        graph.clearNode().addAllNode(nodes);
    }

    private TensorProto.Builder constant() {
        int count = graph.getInitializerCount();
        return count == 0
                ? TensorProto.newBuilder()
                : graph.getInitializerBuilder(random.nextInt(count));
    }

    /** Another shape, with as many bytes as it takes. */
    private void reshape() {
        TensorProto.Builder tensor = constant();
        List<Long> dims = new ArrayList<>(tensor.getDimsList());
        switch (random.nextInt(5)) {
            case 0 -> dims.add(random.nextInt(dims.size() + 1), (long) random.nextInt(3));
            case 1 -> dims.clear();
            case 2 -> Collections.reverse(dims);
            case 3 -> dims.removeIf(dim -> random.nextBoolean());
            default -> dims.replaceAll(dim -> random.nextInt(3) == 0 ? random.nextInt(9) : dim);
        }
        OptionalInt count = elements(dims);
        if (count.isPresent()) {
            tensor.clearDims().addAllDims(dims);
            resize(tensor, count.getAsInt());
        }
    }

    /** Empty where no tensor can be made of these. */
    private static OptionalInt elements(List<Long> dims) {
        long count = 1;
        for (long dim : dims) {
            count *= dim;
        }
        return count < 0 || count > MOST_ELEMENTS
                ? OptionalInt.empty()
                : OptionalInt.of((int) count);
    }

    private void retype() {
        TensorProto.Builder tensor = constant();
        int type = 1 + random.nextInt(26);
        OptionalInt count = elements(tensor.getDimsList());
        if (count.isPresent()) {
            tensor.setDataType(type);
            resize(tensor, count.getAsInt());
        }
    }

    private void resize(TensorProto.Builder tensor, int count) {
        int bits =
                switch (tensor.getDataType()) {
                    case 1, 6, 12 -> 32;
                    case 4, 5, 10, 16 -> 16;
                    case 7, 11, 13, 14 -> 64;
                    case 15 -> 128;
                    case 21, 22, 23 -> 4;
                    case 25, 26 -> 2;
                    default -> 8;
                };
        byte[] old = tensor.getRawData().toByteArray();
        byte[] bytes = new byte[(count * bits + 7) / 8];
        for (int i = 0; i < bytes.length && old.length > 0; i++) {
            bytes[i] = old[i % old.length];
        }
        tensor.clearFloatData().clearInt32Data().clearInt64Data().clearDoubleData();
        tensor.clearUint64Data().clearStringData();
        if (tensor.getDataType() == 8) {
            tensor.clearRawData();
            tensor.addAllStringData(Collections.nCopies(count, ByteString.copyFromUtf8("s")));
        } else {
            tensor.setRawData(ByteString.copyFrom(bytes));
        }
    }

    /** Integers of a shape, list of axes or index become extreme, weights infinite. */
    private void refill() {
        List<TensorProto.Builder> integers = new ArrayList<>();
        for (TensorProto.Builder tensor : graph.getInitializerBuilderList()) {
            if (tensor.getDataType() == 7 && tensor.hasRawData()) {
                integers.add(tensor);
            }
        }
        TensorProto.Builder tensor =
                integers.isEmpty() || random.nextInt(4) == 0 ? constant() : pick(integers);
        byte[] bytes = tensor.getRawData().toByteArray();
        for (int i = 0; i + 8 <= bytes.length; i += 8) {
            if (random.nextBoolean()) {
                long value = integer();
                for (int k = 0; k < 8; k++) {
                    bytes[i + k] = (byte) (value >>> 8 * k);
                }
            }
        }
        tensor.setRawData(ByteString.copyFrom(bytes));
    }

    /** A constant becomes an input of unknown or known type. */
    private void feedConstant() {
        if (graph.getInitializerCount() == 0) {
            return;
        }
        int at = random.nextInt(graph.getInitializerCount());
        TensorProto tensor = graph.getInitializer(at);
        ValueInfoProto.Builder input = ValueInfoProto.newBuilder().setName(tensor.getName());
        if (random.nextInt(3) > 0) {
            input.getTypeBuilder().getTensorTypeBuilder().setElemType(tensor.getDataType());
        }
        if (random.nextInt(3) > 0) {
            TensorShapeProto.Builder shape =
                    input.getTypeBuilder().getTensorTypeBuilder().getShapeBuilder();
            tensor.getDimsList().forEach(dim -> shape.addDimBuilder().setDimValue(dim));
        }
        graph.addInput(input);
        if (random.nextInt(4) > 0) {
            graph.removeInitializer(at);
        }
    }

    /** An input gets another shape or element type. */
    private void declareInput() {
        if (graph.getInputCount() == 0) {
            return;
        }
        ValueInfoProto.Builder input = graph.getInputBuilder(random.nextInt(graph.getInputCount()));
        if (random.nextInt(4) == 0) {
            input.getTypeBuilder().getTensorTypeBuilder().setElemType(random.nextInt(27));
            return;
        }
        TensorShapeProto.Builder shape =
                input.getTypeBuilder().getTensorTypeBuilder().getShapeBuilder();
        switch (random.nextInt(4)) {
            case 0 -> shape.addDimBuilder().setDimValue(integer());
            case 1 -> shape.clearDim();
            case 2 -> input.getTypeBuilder().getTensorTypeBuilder().clearShape();
            default -> {
                if (shape.getDimCount() > 0) {
                    shape.getDimBuilder(random.nextInt(shape.getDimCount())).setDimValue(integer());
                }
            }
        }
    }

    /** The whole graph becomes a branch of one of its nodes, several levels deep. */
    private void nest(NodeProto.Builder node) {
        GraphProto inner = graph.buildPartial();
        for (int depth = random.nextInt(4); depth > 0; depth--) {
            GraphProto.Builder outer = GraphProto.newBuilder().setName("nested" + depth);
            outer.addNode(branching(inner).addOutput("deep" + depth));
            outer.addOutputBuilder().setName("deep" + depth);
            inner = outer.buildPartial();
        }
        NodeProto.Builder branching = branching(inner);
        node.setOpType("If").clearAttribute().addAllAttribute(branching.getAttributeList());
    }

    private NodeProto.Builder branching(GraphProto inner) {
        NodeProto.Builder node = NodeProto.newBuilder().setOpType("If").addInput(pick(values()));
        for (String branch : List.of("then_branch", "else_branch")) {
            node.addAttributeBuilder().setName(branch).setType(AttributeType.GRAPH).setG(inner);
        }
        return node;
    }

    private void copyNode(NodeProto.Builder node) {
        NodeProto.Builder copy = node.clone().clearOutput();
        node.getOutputList().forEach(output -> copy.addOutput(output + "_again"));
        if (random.nextBoolean() && copy.getInputCount() > 0 && copy.getOutputCount() > 0) {
            node.setInput(random.nextInt(node.getInputCount()), copy.getOutput(0));
        }
        graph.addNode(random.nextInt(graph.getNodeCount() + 1), copy);
    }

    private void rare(NodeProto.Builder node) {
        switch (random.nextInt(5)) {
            case 0 -> model.addFunctions(asFunction(node));
            case 1 ->
                    constant()
                            .clearRawData()
                            .setDataLocation(DataLocation.EXTERNAL)
                            .addExternalData(
                                    entry(
                                            "location",
                                            pick(List.of("w.bin", "../w", "/etc/passwd"))))
                            .addExternalData(entry("offset", Long.toString(integer())));
            case 2 -> graph.clearOutput();
            case 3 -> model.addMetadataProps(entry(pick(values()), "value"));
            default -> {
                if (model.getOpsetImportCount() > 0) {
                    model.getOpsetImportBuilder(random.nextInt(model.getOpsetImportCount()))
                            .setVersion(random.nextInt(1, 28));
                }
            }
        }
    }

    /** A function of the node's own name, which may so call itself. */
    private FunctionProto asFunction(NodeProto.Builder node) {
        FunctionProto.Builder function =
                FunctionProto.newBuilder().setName(node.getOpType()).setDomain("my");
        function.addAllInput(node.getInputList()).addAllOutput(node.getOutputList());
        node.setDomain("my");
        return function.addNode(random.nextBoolean() ? node : node.clone().clearDomain())
                .buildPartial();
    }

    private static StringStringEntryProto entry(String key, String value) {
        return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
    }

    private <T> T pick(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }
}
