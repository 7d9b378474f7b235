package dev.espalier.core.onnx;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.UnsafeByteOperations;
import dev.espalier.core.ModelFormatException;
import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.internal.proto.Onnx.ModelProto;
import dev.espalier.core.internal.proto.Onnx.TensorProto;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Reads ONNX files. A file is untrusted: its structure, sizes and counts are checked before
 * anything is built from it, what the calls of its functions stand for is bounded, and every
 * failure is a {@link ModelFormatException} that names the file. Weights in external files stay
 * there until they are asked for; those files must stay in place, unchanged, as long as the model
 * is used.
 */
public final class OnnxReader {
    private OnnxReader() {}

    /**
     * The model in {@code file}.
     *
     * @throws ModelFormatException where the file is missing, damaged, or no ONNX model
     * @throws UnsupportedModelException where it is one that Espalier cannot hold
     */
    public static Model read(Path file) {
        String name = file.toString();
        if (!Files.isRegularFile(file)) {
            throw new ModelFormatException(
                    name + (Files.exists(file) ? " is not a file" : ": there is no such file"));
        }
        byte[] bytes;
        try {
            long size = Files.size(file);
            if (size > Integer.MAX_VALUE - 8) {
                throw new ModelFormatException(
                        name + " has " + size + " bytes; an ONNX file has less than 2 GiB");
            }
            bytes = Files.readAllBytes(file);
        } catch (IOException e) {
            throw new ModelFormatException(name + " cannot be read: " + e.getMessage(), e);
        } catch (OutOfMemoryError e) {
            throw tooBig(name, e);
        }
        return read(bytes, new Source(name, new ExternalData(file.toAbsolutePath().getParent())));
    }

    /** The external files that weights of {@code model} are still to be read from, by path. */
    public static List<Path> externalFiles(Model model) {
        return Tensors.all(model).stream()
                .map(Tensor::storage)
                .filter(FileStorage.class::isInstance)
                .map(storage -> ((FileStorage) storage).file())
                .distinct()
                .sorted()
                .toList();
    }

    /**
     * The model in {@code file}, the content of a whole ONNX file without external data. The array
     * is not copied and must not change.
     */
    public static Model read(byte[] file) {
        return read(file, new Source("model in memory", ExternalData.NONE));
    }

    /**
     * The tensor in {@code file}, a serialized {@code TensorProto} such as ONNX's test data has.
     *
     * @throws ModelFormatException where the file is missing, damaged, or no tensor
     */
    public static Tensor readTensor(Path file) {
        Source source = new Source(file.toString(), ExternalData.NONE);
        try {
            return TensorCodec.decode(TensorProto.parseFrom(Files.readAllBytes(file)), source);
        } catch (IOException e) {
            throw new ModelFormatException(file + " is not a tensor: " + e.getMessage(), e);
        }
    }

    private static Model read(byte[] bytes, Source source) {
        try {
            WireScan.check(bytes, source.name());
            CodedInputStream input = UnsafeByteOperations.unsafeWrap(bytes).newCodedInput();
            input.enableAliasing(true);
            return requireOutputs(ModelCodec.decode(ModelProto.parseFrom(input), source), source);
        } catch (IOException e) {
            throw new ModelFormatException(
                    source.name() + ": not an ONNX model: " + e.getMessage(), e);
        } catch (OutOfMemoryError e) {
            throw tooBig(source.name(), e);
        }
    }

    private static Model requireOutputs(Model model, Source source) {
        if (model.graph().outputs().isEmpty()) {
            throw new UnsupportedModelException(
                    source.name() + ": the graph has no outputs, so there is nothing to compute");
        }
        return model;
    }

    private static UnsupportedModelException tooBig(String name, OutOfMemoryError e) {
        return new UnsupportedModelException(
                name
                        + " does not fit into the Java heap of "
                        + (Runtime.getRuntime().maxMemory() >> 20)
                        + " MiB; start with a larger one (-Xmx)",
                e);
    }
}
