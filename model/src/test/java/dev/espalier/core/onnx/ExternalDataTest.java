package dev.espalier.core.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.ModelFormatException;
import dev.espalier.core.OutputException;
import dev.espalier.core.internal.proto.Onnx.AttributeProto;
import dev.espalier.core.internal.proto.Onnx.AttributeProto.AttributeType;
import dev.espalier.core.internal.proto.Onnx.FunctionProto;
import dev.espalier.core.internal.proto.Onnx.GraphProto;
import dev.espalier.core.internal.proto.Onnx.ModelProto;
import dev.espalier.core.internal.proto.Onnx.NodeProto;
import dev.espalier.core.internal.proto.Onnx.TensorProto;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExternalDataTest {
    @TempDir private Path root;
    private Path folder;

    @BeforeEach
    void writeWeights() throws IOException {
        folder = Files.createDirectory(root.resolve("model"));
        ByteBuffer bytes = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(new float[] {9, 9, 3, 4, 9, 9});
        Files.write(folder.resolve("weights.bin"), bytes.array());
        Files.write(root.resolve("secret"), bytes.array());
    }

    private static TensorProto.Builder external(String location, String offset, String length) {
        TensorProto.Builder tensor =
                TensorProto.newBuilder()
                        .addDims(2)
                        .setDataType(1)
                        .setDataLocation(TensorProto.DataLocation.EXTERNAL)
                        .addExternalData(Protos.entry("location", location));
        if (offset != null) {
            tensor.addExternalData(Protos.entry("offset", offset));
        }
        if (length != null) {
            tensor.addExternalData(Protos.entry("length", length));
        }
        return tensor;
    }

    private Path write(ModelProto.Builder proto) throws IOException {
        return Files.write(folder.resolve("m.onnx"), proto.build().toByteArray());
    }

    private Model read(TensorProto.Builder weight) throws IOException {
        return OnnxReader.read(write(Protos.adding(weight)));
    }

    private static Tensor weight(Model model) {
        return model.graph().initializers().get("w").tensor();
    }

    private void refused(TensorProto.Builder weight, String message) {
        assertThatThrownBy(() -> read(weight))
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContaining("m.onnx")
                .hasMessageContaining(message);
    }

    @Test
    void aRangeOfAFileIsReadWhenAskedFor() throws IOException {
        Model model = read(external("weights.bin", "8", "8"));
        assertThat(weight(model).toFloats()).containsExactly(3, 4);
    }

    @Test
    void withoutLengthTheRestOfTheFileCounts() throws IOException {
        assertThat(weight(read(external("weights.bin", "16", null))).toFloats())
                .containsExactly(9, 9);
        refused(external("weights.bin", null, null), "needs 8 bytes, but 'weights.bin' holds 24");
    }

    @Test
    void foldersBelowTheModelAreAllowed() throws IOException {
        Files.createDirectory(folder.resolve("sub"));
        Files.copy(folder.resolve("weights.bin"), folder.resolve("sub/w.bin"));
        Files.createSymbolicLink(folder.resolve("link.bin"), folder.resolve("weights.bin"));
        assertThat(weight(read(external("sub/w.bin", "8", "8"))).toFloats()).containsExactly(3, 4);
        assertThat(weight(read(external("./link.bin", "8", "8"))).toFloats()).containsExactly(3, 4);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"../secret", "sub/../../secret", "/etc/passwd", "..\\secret", "C:secret"})
    void pathsThatLeaveTheFolderAreRefused(String location) {
        refused(external(location, "0", "8"), "leaves the model's folder");
    }

    @Test
    void symbolicLinksThatLeaveTheFolderAreRefused() throws IOException {
        Files.createSymbolicLink(folder.resolve("link"), root.resolve("secret"));
        Files.createSymbolicLink(folder.resolve("up"), root);
        refused(external("link", "0", "8"), "leaves the model's folder");
        refused(external("up/secret", "0", "8"), "leaves the model's folder");
    }

    @Test
    void impossibleRangesAreRefused() {
        refused(external("weights.bin", "20", "8"), "needs bytes 20 to 28");
        refused(external("weights.bin", "25", null), "starts at byte 25");
        refused(external("weights.bin", "-8", "8"), "offset '-8'");
        refused(external("weights.bin", "8", "many"), "length 'many'");
        refused(external("weights.bin", "9223372036854775807", "8"), "starts at byte");
        refused(external("weights.bin", "0", "12"), "needs 8 bytes");
        refused(external("none.bin", "0", "8"), "cannot be read");
        refused(external(".", "0", "8"), "is not a file");
        refused(external("", "0", "8"), "names no location");
        refused(external("a\0b", "0", "8"), "is not a path");
    }

    @Test
    void aHugeShapeIsRefusedBeforeAnythingIsAllocated() {
        refused(
                external("weights.bin", "0", null).setDims(0, 1L << 50),
                "needs 4503599627370496 bytes, but 'weights.bin' holds 24");
    }

    @Test
    void aFileCutLaterIsAnErrorAndNoCrash() throws IOException {
        Tensor tensor = weight(read(external("weights.bin", "8", "8")));
        Files.write(folder.resolve("weights.bin"), new byte[10]);
        assertThatThrownBy(tensor::toFloats)
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContaining("was cut after the model was opened");
        Model again = OnnxReader.read(write(Protos.adding(Protos.floats(1, 2))));
        assertThat(weight(again).toFloats()).containsExactly(1, 2);
    }

    @Test
    void aFileCutLaterFailsTheWriterWithoutLeavingPieces() throws IOException {
        Model model = read(external("weights.bin", "8", "8"));
        Files.delete(folder.resolve("weights.bin"));
        Path target = root.resolve("out.onnx");
        assertThatThrownBy(() -> OnnxWriter.write(model, target))
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContaining("cannot be read any more");
        try (var files = Files.list(root)) {
            assertThat(files.map(p -> p.getFileName().toString()))
                    .containsExactlyInAnyOrder("model", "secret");
        }
    }

    @Test
    void modelsFromMemoryHaveNoExternalData() {
        byte[] bytes = Protos.adding(external("weights.bin", "8", "8")).build().toByteArray();
        assertThatThrownBy(() -> OnnxReader.read(bytes))
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContaining("read it from its path");
    }

    @Test
    void aModelWrittenElsewhereTakesItsDataAlong() throws IOException {
        Model model = read(external("weights.bin", "8", "8"));
        Path target = root.resolve("out.onnx");
        OnnxWriter.write(model, target);
        Files.delete(folder.resolve("weights.bin"));
        assertThat(weight(OnnxReader.read(target)).toFloats()).containsExactly(3, 4);
    }

    @Test
    void dataInSubGraphsFunctionsAndAttributesIsFoundToo() throws IOException {
        TensorProto.Builder data = external("weights.bin", "8", "8");
        ModelProto.Builder proto = Protos.adding(Protos.floats(1, 2));
        NodeProto.Builder constant =
                NodeProto.newBuilder()
                        .setOpType("Constant")
                        .addOutput("k")
                        .addAttribute(
                                AttributeProto.newBuilder()
                                        .setName("value")
                                        .setType(AttributeType.TENSOR)
                                        .setT(data));
        AttributeProto.Builder given =
                AttributeProto.newBuilder()
                        .setName("d")
                        .setType(AttributeType.TENSOR)
                        .setT(data.clone());
        proto.addFunctions(
                FunctionProto.newBuilder()
                        .setDomain("my")
                        .setName("f")
                        .addAttributeProto(given)
                        .addNode(constant));
        proto.getGraphBuilder()
                .addNode(
                        NodeProto.newBuilder()
                                .setOpType("If")
                                .addInput("x")
                                .addOutput("z")
                                .addAttribute(
                                        AttributeProto.newBuilder()
                                                .setName("then_branch")
                                                .setType(AttributeType.GRAPH)
                                                .setG(
                                                        GraphProto.newBuilder()
                                                                .addInitializer(
                                                                        data.clone().setName("i"))
                                                                .addNode(constant)
                                                                .addOutput(Protos.value("k")))));
        Model model = OnnxReader.read(write(proto));
        byte[] written = OnnxWriter.toBytes(model);
        assertThat(OnnxReader.read(written)).isEqualTo(model);
        String text = ModelProto.parseFrom(written).toString();
        assertThat(text).doesNotContain("EXTERNAL").doesNotContain("weights.bin");
    }

    @Test
    void aFileThatAFunctionStillReadsIsNotReplaced() throws IOException {
        ModelProto.Builder proto = Protos.adding(Protos.floats(1, 2));
        proto.addFunctions(
                FunctionProto.newBuilder()
                        .setDomain("my")
                        .setName("f")
                        .addAttributeProto(
                                AttributeProto.newBuilder()
                                        .setName("d")
                                        .setType(AttributeType.TENSOR)
                                        .setT(external("weights.bin", "8", "8"))));
        Model model = OnnxReader.read(write(proto));
        assertThatThrownBy(() -> OnnxWriter.write(model, folder.resolve("weights.bin")))
                .isInstanceOf(OutputException.class)
                .hasMessageContaining("still reads its weights");
    }

    @Test
    void aFileThatTheModelStillReadsIsNotReplaced() throws IOException {
        Model model = read(external("weights.bin", "8", "8"));
        assertThatThrownBy(() -> OnnxWriter.write(model, folder.resolve("weights.bin")))
                .isInstanceOf(OutputException.class)
                .hasMessageContaining("still reads its weights");
        // The model file itself was read whole.
        OnnxWriter.write(model, folder.resolve("m.onnx"));
        assertThat(weight(OnnxReader.read(folder.resolve("m.onnx"))).toFloats())
                .containsExactly(3, 4);
    }
}
