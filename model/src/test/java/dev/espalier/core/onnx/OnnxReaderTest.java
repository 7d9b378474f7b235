package dev.espalier.core.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.espalier.core.ModelFormatException;
import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.internal.proto.Onnx.AttributeProto;
import dev.espalier.core.internal.proto.Onnx.AttributeProto.AttributeType;
import dev.espalier.core.internal.proto.Onnx.FunctionProto;
import dev.espalier.core.internal.proto.Onnx.GraphProto;
import dev.espalier.core.internal.proto.Onnx.ModelProto;
import dev.espalier.core.internal.proto.Onnx.NodeProto;
import dev.espalier.core.internal.proto.Onnx.OperatorSetIdProto;
import dev.espalier.core.internal.proto.Onnx.TensorProto;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnnxReaderTest {
    @TempDir private Path folder;

    private static Model read(ModelProto.Builder proto) {
        return OnnxReader.read(proto.build().toByteArray());
    }

    private static void refused(String message, Consumer<ModelProto.Builder> damage) {
        ModelProto.Builder proto = Protos.adding(Protos.floats(1, 2));
        damage.accept(proto);
        assertThatThrownBy(() -> read(proto))
                .isInstanceOf(ModelFormatException.class)
                .hasMessageStartingWith("model in memory")
                .hasMessageContaining(message);
    }

    @Test
    void aModelWithoutOutputsIsRefused() {
        byte[] file =
                Protos.adding(Protos.floats(1, 2))
                        .setGraph(
                                Protos.adding(Protos.floats(1, 2)).getGraphBuilder().clearOutput())
                        .build()
                        .toByteArray();

        assertThatThrownBy(() -> OnnxReader.read(file))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("has no outputs");
    }

    @Test
    void everythingThatTheModelDoesNotRepresentSurvives() throws IOException {
        ModelProto original = Protos.everything();
        Model model = OnnxReader.read(original.toByteArray());
        ModelProto written = ModelProto.parseFrom(OnnxWriter.toBytes(model));
        // The one difference: data is written raw.
        ModelProto.Builder expected = original.toBuilder();
        raw(expected.getGraphBuilder().getInitializerBuilder(0));
        raw(expected.getGraphBuilder().getSparseInitializerBuilder(0).getValuesBuilder());
        raw(expected.getGraphBuilder().getSparseInitializerBuilder(0).getIndicesBuilder());
        raw(
                expected.getGraphBuilder()
                        .getNodeBuilder(0)
                        .getAttributeBuilder(1)
                        .getTensorsBuilder(0));
        raw(
                expected.getGraphBuilder()
                        .getNodeBuilder(0)
                        .getAttributeBuilder(1)
                        .getTensorsBuilder(1));
        assertThat(written).isEqualTo(expected.build());
        assertThat(OnnxReader.read(written.toByteArray())).isEqualTo(model);
    }

    private static void raw(TensorProto.Builder tensor) {
        Tensor decoded = TensorCodec.decode(tensor.build(), new Source("test", ExternalData.NONE));
        tensor.clearFloatData().clearInt64Data();
        tensor.setRawData(TensorCodec.encode(decoded).getRawData());
    }

    @Test
    void sparseInitializersAreSeenDense() {
        Model model = OnnxReader.read(Protos.everything().toByteArray());
        Tensor dense = model.graph().initializers().get("s").tensor();
        assertThat(dense.shape()).isEqualTo(Shape.of(2, 3));
        assertThat(dense.toFloats()).containsExactly(0, 0, 7, 8, 0, 0);
    }

    @Test
    void sparseIndicesOutOfRangeAreRefused() {
        ModelProto.Builder proto = Protos.everything().toBuilder();
        proto.getGraphBuilder()
                .getSparseInitializerBuilder(0)
                .getIndicesBuilder()
                .setInt64Data(1, 6);
        Tensor dense = read(proto).graph().initializers().get("s").tensor();
        assertThatThrownBy(dense::toFloats)
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContaining("index 6");
    }

    @Test
    void missingPartsAreRefused() {
        refused("states no IR version", ModelProto.Builder::clearIrVersion);
        refused("has no graph", ModelProto.Builder::clearGraph);
        refused("version -1 of operator set ''", p -> p.getOpsetImportBuilder(0).setVersion(-1));
        refused(
                "version 18 of operator set ''",
                p ->
                        p.addOpsetImport(
                                OperatorSetIdProto.newBuilder().setVersion(18).setDomain("")));
        refused("names no operator", p -> p.getGraphBuilder().getNodeBuilder(0).clearOpType());
    }

    @Test
    void graphsThatMakeNoSenseAreRefused() {
        refused(
                "two initializers are called 'w'",
                p -> p.getGraphBuilder().addInitializer(p.getGraph().getInitializer(0)));
        refused(
                "an initializer has no name",
                p -> p.getGraphBuilder().getInitializerBuilder(0).clearName());
        refused("reads 'z'", p -> p.getGraphBuilder().getNodeBuilder(0).setInput(0, "z"));
        refused(
                "depends on its own output",
                p -> p.getGraphBuilder().getNodeBuilder(0).setInput(0, "y"));
        refused(
                "value 'y' is made twice",
                p -> p.getGraphBuilder().addNode(p.getGraph().getNode(0)));
        refused("graph output 'y' is made by nothing", p -> p.getGraphBuilder().clearNode());
        refused(
                "two inputs are called 'x'",
                p -> p.getGraphBuilder().addInput(Protos.value("x", 2)));
        refused(
                "one of the outputs has no name",
                p -> p.getGraphBuilder().getOutputBuilder(0).clearName());
        refused(
                "attribute 'a' twice",
                p -> {
                    AttributeProto a =
                            AttributeProto.newBuilder()
                                    .setName("a")
                                    .setType(AttributeType.INT)
                                    .build();
                    p.getGraphBuilder().getNodeBuilder(0).addAttribute(a).addAttribute(a);
                });
    }

    @Test
    void unsortedNodesAreSorted() {
        ModelProto.Builder proto = Protos.adding(Protos.floats(1, 2));
        proto.getGraphBuilder().getNodeBuilder(0).setInput(0, "h");
        proto.getGraphBuilder()
                .addNode(NodeProto.newBuilder().setOpType("Relu").addInput("x").addOutput("h"));
        assertThat(read(proto).graph().nodes()).extracting("opType").containsExactly("Relu", "Add");
    }

    @Test
    void sizesThatDoNotFitAreRefused() {
        refused(
                "needs 12 bytes, but holds 8",
                p -> p.getGraphBuilder().getInitializerBuilder(0).setDims(0, 3));
        refused(
                "negative dimension -2",
                p -> p.getGraphBuilder().getInitializerBuilder(0).setDims(0, -2));
        refused(
                "more elements than a file can hold",
                p ->
                        p.getGraphBuilder()
                                .getInitializerBuilder(0)
                                .setDims(0, 1L << 32)
                                .addDims(1L << 32)
                                .addDims(0));
        refused(
                "needs 144115188075855872 bytes",
                p -> p.getGraphBuilder().getInitializerBuilder(0).setDims(0, 1L << 55));
        refused(
                "unknown data type 77",
                p -> p.getGraphBuilder().getInitializerBuilder(0).setDataType(77));
        refused(
                "needs 8 bytes, but holds 3",
                p ->
                        p.getGraphBuilder()
                                .getInitializerBuilder(0)
                                .clearFloatData()
                                .setRawData(ByteString.copyFrom(new byte[3])));
    }

    @Test
    void redefinedStandardOperatorsAreUnsupported() {
        ModelProto.Builder proto =
                Protos.adding(Protos.floats(1, 2))
                        .addFunctions(FunctionProto.newBuilder().setName("Add"));
        assertThatThrownBy(() -> read(proto)).isInstanceOf(UnsupportedModelException.class);
    }

    @Test
    void deepNestingIsRefusedWithoutOverflowingTheStack() {
        GraphProto graph = GraphProto.getDefaultInstance();
        for (int i = 0; i < 60; i++) {
            graph =
                    GraphProto.newBuilder()
                            .addNode(
                                    NodeProto.newBuilder()
                                            .setOpType("If")
                                            .addAttribute(
                                                    AttributeProto.newBuilder()
                                                            .setName("then_branch")
                                                            .setType(AttributeType.GRAPH)
                                                            .setG(graph)))
                            .build();
        }
        GraphProto deep = graph;
        refused("nested deeper than 100", p -> p.getGraphBuilder().addNode(deep.getNode(0)));
    }

    @Test
    void aSmallFileOfManyPartsIsRefusedBeforeItFillsTheHeap() {
        // Two bytes for each empty node: 32 MiB would become several GiB of objects.
        byte[] nodes = new byte[32 << 20];
        for (int i = 0; i < nodes.length; i += 2) {
            nodes[i] = 0x0a;
        }
        ByteString.Output file = ByteString.newOutput();
        file.write(0x3a);
        for (int rest = nodes.length; ; rest >>>= 7) {
            if (rest < 0x80) {
                file.write(rest);
                break;
            }
            file.write(rest & 0x7f | 0x80);
        }
        byte[] bytes = file.toByteString().concat(ByteString.copyFrom(nodes)).toByteArray();
        assertThatThrownBy(() -> OnnxReader.read(bytes))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("-Xmx");
    }

    @Test
    void damageIsReportedWithFileAndOffset() throws IOException {
        byte[] bytes = OnnxWriter.toBytes(GraphText.parse("graph (x) -> (y)\ny = Relu(x)\n"));
        Path file = folder.resolve("cut.onnx");
        Files.write(file, java.util.Arrays.copyOf(bytes, bytes.length - 1));
        assertThatThrownBy(() -> OnnxReader.read(file))
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContaining("cut.onnx is damaged or no ONNX model: at byte ")
                .hasMessageContaining("ModelProto.graph claims");
    }

    @Test
    void missingFilesAndFoldersAreNamed() {
        assertThatThrownBy(() -> OnnxReader.read(folder.resolve("none.onnx")))
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContaining("none.onnx: there is no such file");
        assertThatThrownBy(() -> OnnxReader.read(folder))
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContaining("is not a file");
    }

    @Test
    void textFilesAreNoModels() throws IOException {
        Path file = folder.resolve("page.onnx");
        Files.writeString(file, "<html>404 not found</html>");
        assertThatThrownBy(() -> OnnxReader.read(file)).isInstanceOf(ModelFormatException.class);
    }

    @Test
    void openDimensionsAreOpen() {
        ModelProto.Builder proto = Protos.adding(Protos.floats(1, 2));
        proto.getGraphBuilder().setInput(0, Protos.value("x", -1, 2));
        Shape shape = read(proto).graph().inputs().get(0).type().orElseThrow().shape();
        assertThat(shape.dim(0)).isEqualTo(dev.espalier.core.ir.Dim.UNKNOWN);
        assertThat(shape.size(1)).isEqualTo(2);
    }

    @Test
    void valuesOfUnknownElementTypesKeepTheirDeclaration() {
        ModelProto.Builder proto = Protos.adding(Protos.floats(1, 2));
        proto.getGraphBuilder()
                .getInputBuilder(0)
                .getTypeBuilder()
                .getTensorTypeBuilder()
                .setElemType(99);
        Model model = read(proto);
        assertThat(model.graph().inputs().get(0).type()).isEmpty();
        assertThat(OnnxReader.read(OnnxWriter.toBytes(model))).isEqualTo(model);
        assertThat(DataType.ofId(99)).isEmpty();
    }
}
