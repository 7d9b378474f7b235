package dev.espalier.core.onnx;

import dev.espalier.core.OutputException;
import dev.espalier.core.internal.file.WholeFile;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Writes ONNX files. What the reader did not understand is written back as it was; tensors are
 * written as raw data. A model of 2 GiB or more, which one file cannot hold, gets a second file
 * {@code NAME.onnx.data} beside it with its large initializers.
 */
public final class OnnxWriter {
    /** Protobuf's limit for one message. */
    private static final long LARGEST_FILE_BYTES = Integer.MAX_VALUE;

    private OnnxWriter() {}

    /**
     * Writes {@code model} to {@code file}; a file of that name is replaced in one step when
     * everything is written and on disk. Weights that still lie in external files are streamed.
     *
     * @throws OutputException where that fails, or where {@code model} itself still reads its
     *     weights from a file that would be replaced
     */
    public static void write(Model model, Path file) {
        write(model, file, LARGEST_FILE_BYTES);
    }

    static void write(Model model, Path file, long largestFileBytes) {
        Path target = file.toAbsolutePath();
        Path data = target.resolveSibling(target.getFileName() + ".data");
        ModelStream stream = new ModelStream(model, null);
        boolean split = stream.size() > largestFileBytes;
        refuseOwnSources(model, target, data, split);
        try {
            if (!split) {
                write(stream, target);
                return;
            }
            stream = new ModelStream(model, data.getFileName().toString());
            if (stream.size() > LARGEST_FILE_BYTES) {
                throw new OutputException(
                        file + " cannot be written: even without its weights it exceeds 2 GiB");
            }
            try (WholeFile whole = new WholeFile(data)) {
                stream.writeExternal(whole.channel());
                whole.commit();
            }
            write(stream, target);
        } catch (IOException e) {
            throw WholeFile.failure(file, e);
        }
    }

    private static void write(ModelStream stream, Path target) throws IOException {
        try (WholeFile whole = new WholeFile(target)) {
            stream.writeTo(whole.channel());
            whole.commit();
        }
    }

    private static void refuseOwnSources(Model model, Path target, Path data, boolean split) {
        for (Tensor tensor : Tensors.all(model)) {
            if (tensor.storage() instanceof FileStorage storage
                    && (isSame(storage.file(), target) || split && isSame(storage.file(), data))) {
                throw new OutputException(
                        "'%s' cannot be replaced: the model still reads its weights from '%s';"
                                        .formatted(target, storage.file())
                                + " write to another folder");
            }
        }
    }

    private static boolean isSame(Path source, Path target) {
        try {
            return Files.exists(target) && Files.isSameFile(source, target);
        } catch (IOException e) {
            throw WholeFile.failure(target, e);
        }
    }

    /**
     * The content of the ONNX file of {@code model}.
     *
     * @throws OutputException where it exceeds 2 GiB
     */
    public static byte[] toBytes(Model model) {
        ModelStream stream = new ModelStream(model, null);
        if (stream.size() > Integer.MAX_VALUE - 8) {
            throw new OutputException(
                    "the model takes %s bytes, which no array holds; write it to a file"
                            .formatted(stream.size()));
        }
        ByteBuffer bytes = ByteBuffer.allocate((int) stream.size());
        try {
            stream.writeTo(new Filling(bytes));
        } catch (IOException e) {
            throw new UncheckedIOException("memory does not fail", e);
        }
        return bytes.array();
    }

    /** How many bytes {@link #toBytes} would return; of any number. */
    public static long size(Model model) {
        return new ModelStream(model, null).size();
    }

    /** Streams what {@link #toBytes} would return, of any number, without holding it. */
    public static void write(Model model, WritableByteChannel target) throws IOException {
        new ModelStream(model, null).writeTo(target);
    }

    /** Writes into memory that was counted out before. */
    private record Filling(ByteBuffer bytes) implements WritableByteChannel {
        @Override
        public int write(ByteBuffer source) {
            int count = source.remaining();
            bytes.put(source);
            return count;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }
}
