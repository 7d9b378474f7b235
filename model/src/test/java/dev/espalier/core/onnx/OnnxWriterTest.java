package dev.espalier.core.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.OutputException;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.GraphEditor;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.testkit.RandomGraphs;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnnxWriterTest {
    @TempDir private Path folder;

    @Test
    void fileAndBytesAreTheSame() throws IOException {
        Model model = RandomGraphs.cnn(3);
        Path file = folder.resolve("m.onnx");
        OnnxWriter.write(model, file);
        assertThat(Files.readAllBytes(file)).isEqualTo(OnnxWriter.toBytes(model));
        assertThat(OnnxReader.read(file)).isEqualTo(model);
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void anExistingFileIsReplaced() throws IOException {
        Path file = Files.writeString(folder.resolve("m.onnx"), "old");
        OnnxWriter.write(RandomGraphs.cnn(3), file);
        assertThat(OnnxReader.read(file)).isEqualTo(RandomGraphs.cnn(3));
    }

    @Test
    void modelsTooLargeForOneFileGetASecond() throws IOException {
        Model model = RandomGraphs.cnn(3);
        Path file = folder.resolve("m.onnx");
        OnnxWriter.write(model, file, 10_000);
        assertThat(Files.size(folder.resolve("m.onnx.data"))).isGreaterThan(10_000);
        assertThat(Files.size(file)).isLessThan(10_000);
        Model again = OnnxReader.read(file);
        assertThat(again).isEqualTo(model);

        // Half of it is now read from the file that another write would replace.
        assertThatThrownBy(() -> OnnxWriter.write(again, file, 10_000))
                .isInstanceOf(OutputException.class);
        Files.createDirectory(folder.resolve("other"));
        OnnxWriter.write(again, folder.resolve("other/m.onnx"), 10_000);
        assertThat(OnnxReader.read(folder.resolve("other/m.onnx"))).isEqualTo(model);
    }

    /** Zeros that take no place on disk: the file gets a hole. */
    private record Hole(long size) implements Tensor.Storage {
        @Override
        public ByteBuffer bytes() {
            throw new IllegalStateException("a tensor that is only written must not be loaded");
        }

        @Override
        public void writeTo(WritableByteChannel channel) throws IOException {
            FileChannel file = (FileChannel) channel;
            file.position(file.position() + size - 1);
            file.write(ByteBuffer.allocate(1));
        }
    }

    @Test
    void modelsOver2GibAreStreamedIntoASecondFile() throws IOException {
        long elements = 150L << 20;
        Tensor big = Tensor.deferred(DataType.FLOAT, Shape.of(elements), new Hole(elements * 4));
        Model small = GraphText.parse("graph (x: float[2]) -> (y)\ny = Relu(x)\n");
        GraphEditor editor = new GraphEditor(small.graph());
        for (int i = 0; i < 4; i++) {
            editor.addInitializer("big", big);
        }
        editor.addInitializer("small", Tensor.ofFloats(Shape.of(2), 3, 4));
        Model model = small.withGraph(editor.build());
        assertThatThrownBy(() -> OnnxWriter.toBytes(model))
                .isInstanceOf(OutputException.class)
                .hasMessageContaining("write it to a file");

        Path file = folder.resolve("big.onnx");
        OnnxWriter.write(model, file);
        assertThat(Files.size(folder.resolve("big.onnx.data"))).isEqualTo(4 * elements * 4);
        Model again = OnnxReader.read(file);
        assertThat(again.graph().initializers().keySet())
                .isEqualTo(model.graph().initializers().keySet());
        assertThat(again.graph().initializers().get("big_3").tensor().type()).isEqualTo(big.type());
        assertThat(again.graph().initializers().get("small").tensor().toFloats())
                .containsExactly(3, 4);
    }

    @Test
    void sizeAndStreamAreThoseOfTheBytes() throws IOException {
        Model model = RandomGraphs.cnn(3);
        ByteArrayOutputStream streamed = new ByteArrayOutputStream();

        OnnxWriter.write(model, Channels.newChannel(streamed));

        assertThat(streamed.toByteArray()).isEqualTo(OnnxWriter.toBytes(model));
        assertThat(OnnxWriter.size(model)).isEqualTo(streamed.size());
    }

    @Test
    void aMissingFolderIsNamed() {
        assertThatThrownBy(() -> OnnxWriter.write(RandomGraphs.cnn(1), folder.resolve("no/m.onnx")))
                .isInstanceOf(OutputException.class)
                .hasMessage(
                        "cannot write %s: its folder does not exist", folder.resolve("no/m.onnx"));
    }
}
